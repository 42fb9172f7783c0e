"""What a page after a set shows: how it felt, what is left today, and the dose of tomorrow with its reason."""

from collections.abc import Sequence
from typing import Any

from openlumbar.apps.web.pain_form import PainForm
from openlumbar.care.pain import day_zone, pain_rules
from openlumbar.coaching.plan import level_of
from openlumbar.pipeline.patient_chart import PatientChart
from openlumbar.pipeline.today import Today
from openlumbar.records.diary import DiaryEntry


def after_values(chart: PatientChart, sets: Sequence[DiaryEntry]) -> dict[str, Any]:
    """Return what the part `_after.html` needs; `sets` are those of this visit, one exercise's."""
    slug = sets[-1].data["exercise"]
    dose, step = chart.forecast(slug)
    told = [
        entry
        for entry in chart.entries
        if entry.kind == "pain" and entry.data["when"] == "after" and entry.number > sets[-1].number
    ]
    return {
        "after_sets": sets,
        "no_pain": PainForm(),
        "after_pain": told[-1] if told else None,
        "after_zone": day_zone(chart.history[-1].pain),
        "zone_words": pain_rules().words,
        "tomorrow": dose,
        "tomorrow_level": level_of(dose),
        "tomorrow_why": step.why,
        "today": Today(chart),
    }
