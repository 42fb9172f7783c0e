"""How it has gone: pain, form, sets, load, levels on one axis of days, a sentence above each picture, a table below."""

from collections.abc import Sequence
from datetime import date
from math import ceil
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from openlumbar.apps.web.deps import Wired
from openlumbar.apps.web.languages import Wording
from openlumbar.apps.web.rendering import languages_of, render
from openlumbar.apps.web.viewer import Own, Viewing
from openlumbar.cards import exercise
from openlumbar.care.adherence import adherence_rules
from openlumbar.care.pain import NO_PAIN, WORST_PAIN, pain_rules
from openlumbar.care.progression_rules import progression_rules
from openlumbar.pipeline.patient_chart import PatientChart
from openlumbar.pipeline.progress_history import LevelLine, Progress, progress_of
from openlumbar.pipeline.today import Today
from openlumbar.reports.progress_chart import Axis, Band, bar_chart, line_chart, step_chart

router = APIRouter(include_in_schema=False)

SPANS: dict[str, int | None] = {"4w": 28, "12w": 84, "all": None}
"""What the page offers to look at, days."""

_DAY_WORDS = 4
"""Days that are named below a picture."""


@router.get("/progress")
def progress_page(
    request: Request, wired: Wired, person: Own, viewing: Viewing, span: Annotated[str, Query()] = "4w"
) -> Response:
    """Show how it has gone."""
    chart = wired.desk.chart(person, alone=viewing.alone)
    span = span if span in SPANS else "4w"
    return render(request, "progress.html", **progress_values(request, chart, span), path=f"/progress?span={span}")


def progress_values(request: Request, chart: PatientChart, span: str) -> dict[str, Any]:
    """Return what the page shows of a person."""
    progress = progress_of(chart, SPANS[span])
    wording = languages_of(request).of(request)
    week = progress.days[-int(adherence_rules().week_days.value) :]
    forms = [day.form for day in week if day.form is not None]
    return {
        "progress": progress,
        "span": span,
        "spans": tuple(SPANS),
        "adherence": Today(chart).adherence,
        "week_days": int(adherence_rules().week_days.value),
        "week_back": max((day.back for day in week if day.back is not None), default=None),
        "week_leg": max((day.leg for day in week if day.leg is not None), default=None),
        "week_zones": {zone: sum(day.zone == zone for day in week) for zone in ("green", "amber", "red")},
        "week_form": round(100 * sum(forms) / len(forms)) if forms else None,
        "needed_form": round(100 * progression_rules().next_step.form.value),
        "week_load": max((day for day in week if day.load_peak), key=lambda day: day.load_peak or 0.0, default=None),
        "week_minutes": sum(day.load_minutes or 0.0 for day in week),
        "charts": None if progress.is_empty else charts_of(progress, wording),
        "card_of": exercise,
    }


def charts_of(progress: Progress, wording: Wording) -> dict[str, Any]:
    """Draw the pictures; what they say to those who do not see them is the sentence above and the table beneath."""
    days = [day.day for day in progress.days]
    _ = wording.gettext
    most = max((max(day.done, day.prescribed) for day in progress.days), default=1) or 1
    percent = [(value, f"{value:g} %") for value in (0, 50, 100)]
    scores = [None if day.form is None else 100 * day.form for day in progress.days]
    return {
        "pain": line_chart(
            _("Pain of the back and the leg, day by day"),
            _axis(days, NO_PAIN, WORST_PAIN, [(value, f"{value}") for value in (0, 3, 6, 10)], wording, height=190),
            [("back", [day.back for day in progress.days]), ("leg", [day.leg for day in progress.days])],
            _zones(),
            [day.zone for day in progress.days],
        ),
        "form": line_chart(
            _("How well the movements were done, day by day"),
            _axis(days, 0, 100, percent, wording),
            [("form", scores)],
            [Band(100 * progression_rules().next_step.form.value, 100, "good")],
        )
        if any(score is not None for score in scores)
        else None,
        "sets": bar_chart(
            _("Sets asked for and done, day by day"),
            _axis(days, 0, most, [(0, "0"), (most, f"{most}")], wording, height=120),
            [day.prescribed for day in progress.days],
            [day.done for day in progress.days],
        ),
        "peak": _peak_chart(progress, wording),
        "dose": _dose_chart(progress, wording),
        "levels": {line.slug: _level_chart(line, days, wording) for line in progress.lines},
    }


def _peak_chart(progress: Progress, wording: Wording) -> str | None:
    """Draw the most that the disc carried on each day, beside quiet standing; None where nothing is known of it."""
    peaks = [day.load_peak for day in progress.days]
    if not any(peaks):
        return None
    top = max(ceil(max(peak or 0.0 for peak in peaks)), 2)
    axis = _axis([day.day for day in progress.days], 0, top, [(value, f"{value} ×") for value in (0, 1, top)], wording)
    return line_chart(wording.gettext("The most that the disc carried, day by day"), axis, [("load", peaks)])


def _dose_chart(progress: Progress, wording: Wording) -> str | None:
    """Draw load × time of each day, in minutes of quiet standing; None where nothing is known of it."""
    minutes = [day.load_minutes for day in progress.days]
    if not any(minutes):
        return None
    top = max(ceil(max(each or 0.0 for each in minutes)), 1)
    ticks = [(0, "0"), (top, wording.gettext("%(minutes)s min") % {"minutes": top})]
    axis = _axis([day.day for day in progress.days], 0, top, ticks, wording, height=120)
    return bar_chart(wording.gettext("Load and time, day by day"), axis, [], minutes)


def _level_chart(line: LevelLine, days: Sequence[date], wording: Wording) -> str:
    places = {level: place for place, level in enumerate(line.levels)}
    axis = _axis(
        days, 0, max(len(places) - 1, 1), [(place, level) for level, place in places.items()], wording, height=130
    )
    before = [(0, places[level]) for day, level in line.changes if day <= days[0]][-1:]
    later = [((day - days[0]).days, places[level]) for day, level in line.changes if day > days[0]]
    return step_chart(wording.gettext("Level, day by day"), axis, [*before, *later])


def _axis(
    days: Sequence[date],
    low: float,
    high: float,
    ticks: Sequence[tuple[float, str]],
    wording: Wording,
    *,
    height: int = 150,
) -> Axis:
    every = max((len(days) - 1) / (_DAY_WORDS - 1), 1)
    numbers = sorted({round(every * place) for place in range(_DAY_WORDS)} & set(range(len(days))))
    return Axis(days, low, high, ticks, [(number, wording.short_date(days[number])) for number in numbers], height)


def _zones() -> list[Band]:
    """Return the stretches of the scale in which pain of the back is amber and red."""
    starts = {
        rule.zone: rule.at_least.value for rule in pain_rules().rules if rule.of == "back" and rule.measure == "now"
    }
    return [Band(starts["amber"], starts["red"], "amber"), Band(starts["red"], WORST_PAIN, "red")]
