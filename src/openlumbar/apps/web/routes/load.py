"""The page on the load on the disc."""

from math import ceil

from fastapi import APIRouter, Request
from starlette.responses import Response

from openlumbar.apps.web.deps import Wired
from openlumbar.apps.web.languages import language_of
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.viewer import Own, Viewing
from openlumbar.care.load_limits import load_limit
from openlumbar.pipeline.load_comparison import PICTURED, compare, load_page, sentence, unknown_of
from openlumbar.reports.words import Words

router = APIRouter(include_in_schema=False)


@router.get("/load")
def load_page_of_person(request: Request, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Explain the load on the disc, and set postures and exercises side by side for this person."""
    chart = wired.desk.chart(person, alone=viewing.alone)
    physique, language = chart.profile.physique_on(chart.today), language_of(request)
    days = chart.dose_facts.days_since_onset
    open_today = (each for each in chart.exercises if each.gate.passed)
    prescribed = frozenset((each.slug, each.dose.level) for each in open_today if each.dose.level)
    groups = compare(physique, language, prescribed)
    daily = {row.id: row for row in groups[0].rows}
    words = Words(language)
    return render(
        request,
        "load.html",
        page=load_page(),
        sentence=sentence(physique, language),
        unknown=words.listed(words(f"given.{name}") for name in unknown_of(physique)),
        limit=None if days is None else load_limit(days),
        groups=groups,
        pictured=[daily[name] for name in PICTURED],
        full=ceil(max(row.load.high for group in groups for row in group.rows)),
    )
