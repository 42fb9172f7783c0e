"""The page on the load on the disc."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from openlumbar.apps.web.deps import Wired
from openlumbar.apps.web.languages import language_of
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.viewer import Own, Viewing
from openlumbar.care.load_limits import load_limit
from openlumbar.pipeline.load_comparison import compare, load_page, sentence

router = APIRouter(include_in_schema=False)

LEAST_FULL = 6.0
"""Times standing at the end of the longest bar, at least."""


@router.get("/load")
def load_page_of_person(request: Request, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Explain the load on the disc, and set postures and exercises side by side for this person."""
    chart = wired.desk.chart(person, alone=viewing.alone)
    physique, language = chart.profile.physique_on(chart.today), language_of(request)
    days = chart.dose_facts.days_since_onset
    open_today = (each for each in chart.exercises if each.gate.passed)
    prescribed = frozenset((each.slug, each.dose.level) for each in open_today if each.dose.level)
    compared = compare(physique, language, prescribed)
    return render(
        request,
        "load.html",
        page=load_page(),
        language=language,
        sentence=sentence(physique, language),
        is_known=None not in (physique.height_cm, physique.weight_kg, physique.sex),
        limit=None if days is None else load_limit(days),
        compared=compared,
        full=max(LEAST_FULL, *(each.load.high for each in compared)),
    )
