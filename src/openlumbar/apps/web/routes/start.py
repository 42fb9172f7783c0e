"""The way to a set: the questions before it, what the gate says to the answers, and the set itself."""

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import read_form
from openlumbar.apps.web.held import held_page
from openlumbar.apps.web.languages import language_of
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.routes.pages import card_or_404, words_of
from openlumbar.apps.web.start_form import Checked, StartForm, check
from openlumbar.apps.web.viewer import Own, Viewer, Viewing
from openlumbar.cards import Card, Level
from openlumbar.care.body_map import body_map, outline, regions
from openlumbar.care.load_limits import load_limit
from openlumbar.care.safety import group_a
from openlumbar.coaching.plan import level_of
from openlumbar.pipeline.care import Admission
from openlumbar.pipeline.patient_chart import PatientChart
from openlumbar.pipeline.set_limit import limit_of_set
from openlumbar.pipeline.today import Today, asks_waking
from openlumbar.records.store import EventRow, SessionRow

router = APIRouter()

SOURCES = ("camera", "clock", "simulated")

_SIMULATED_DAYS = 100
"""Days since the simulated patient's onset: past the stages in which their exercises would be too much."""

_FIELDS = ("exercise", "source", "sets", "pain_back", "pain_leg", "sites", "painkiller", "woke_at", "none_of_these")
_BODY = {
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["exercise"],
                    "properties": {
                        name: {"type": "string"}
                        for name in (*_FIELDS, *(question.id for question in group_a().questions))
                    },
                }
            }
        }
    }
}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    200: {"description": "no set begins; the page says what to do now"},
    400: {"description": "no form"},
    404: {"description": "there is no such exercise"},
    422: {"description": "an answer is missing or does not fit"},
}


@router.get("/start/{slug}", include_in_schema=False)
def start_page(
    request: Request, slug: str, wired: Wired, person: Own, viewing: Viewing, source: str = "camera"
) -> Response:
    """Ask what has to be known before a set, or say why there is none."""
    card = card_or_404(slug)
    if source not in SOURCES:
        raise HTTPException(404)
    chart = wired.desk.chart(person, alone=viewing.alone)
    form = StartForm(exercise=slug, source=source, sets="1")
    plan = chart.exercise(slug)
    if source != "simulated" and not plan.left:
        return held_page(request, card, Admission(plan.gate, plan), chart)
    return _form_page(request, card, chart, form)


@router.post("/sessions", status_code=303, openapi_extra=_BODY, responses=_REFUSALS)
async def begin(request: Request, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Begin a session, if the answers to the safety questions allow it."""
    form = StartForm.read(await read_form(request))
    card = card_or_404(form.exercise)
    if form.source not in SOURCES:
        raise HTTPException(422, "source must be camera, clock or simulated")
    if form.source == "simulated":
        row = await to_thread.run_sync(_watch, request, wired, person, card)
        return RedirectResponse(f"/coach/{row.id}", 303)
    return await to_thread.run_sync(_begin, request, wired, person, viewing, card, form)


def _begin(request: Request, wired: Services, person: str, viewing: Viewer, card: Card, form: StartForm) -> Response:
    chart = wired.desk.chart(person, alone=viewing.alone)
    checked = check(form, chart)
    if checked.problems and form.decision.outcome not in ("emergency", "clinician"):
        return _form_page(request, card, chart, form, checked, 422)
    admission = wired.desk.admit(person, card.slug, checked.said, alone=viewing.alone)
    if not admission.may_begin:
        return held_page(request, card, admission, wired.desk.chart(person, alone=viewing.alone))
    level = card.level(admission.plan.dose.level)
    if level.by_clock or form.source == "clock":
        return RedirectResponse(f"/clock/{card.slug}", 303)
    row = _create(request, wired, person, viewing, card, level, admission, checked)
    return RedirectResponse(f"/coach/{row.id}", 303)


def _create(
    request: Request,
    wired: Services,
    person: str,
    viewing: Viewer,
    card: Card,
    level: Level,
    admission: Admission,
    checked: Checked,
) -> SessionRow:
    """Record the session with the dose that was prescribed, and the answers that let it begin."""
    pain, dose = checked.said.pain, admission.plan.dose
    assert pain is not None  # without it the gate is not passed  # noqa: S101
    told = {"back": pain.back, "leg": pain.leg}
    chart = wired.desk.chart(person, alone=viewing.alone)
    row = wired.store.create(
        exercise=card.slug,
        level=level.id,
        source="camera",
        language=language_of(request),
        plan={
            "sets": checked.sets,
            "repetitions": dose.repetitions,
            "hold_s": dose.hold_s,
            "pain_before": told,
            "alone": viewing.alone,
            "load_limit": limit_of_set(chart, card.slug, level.id),
        },
        physique=chart.profile.physique_on(wired.clock().date()),
        person_id=person,
    )
    gate = {"outcome": admission.gate.outcome, "answers": sorted(checked.said.group_a), "pain": told}
    wired.store.append(row.id, [EventRow(0, 0.0, "gate", gate)])
    return row


def _watch(request: Request, wired: Services, person: str, card: Card) -> SessionRow:
    """Record a session of the simulated patient, in which nobody exercises."""
    from openlumbar.pose.simulation.demo import LIVE_DEMO  # needs SciPy, which takes a second to load

    level = card.level(LIVE_DEMO[card.slug].level) if card.slug in LIVE_DEMO else card.level()
    return wired.store.create(
        exercise=card.slug,
        level=level.id,
        source="simulated",
        language=language_of(request),
        plan={"sets": 1, "pain_before": None, "load_limit": load_limit(_SIMULATED_DAYS)},
        person_id=person,
    )


def _form_page(
    request: Request,
    card: Card,
    chart: PatientChart,
    form: StartForm,
    checked: Checked | None = None,
    status_code: int = 200,
) -> Response:
    """Show the form before a set with what was filled in, and what is the matter with it."""
    plan = chart.exercise(card.slug)
    values: dict[str, Any] = {
        "card": card,
        "form": form,
        "plan": plan,
        "level": level_of(plan.dose),
        "problems": checked.problems if checked else {},
        "group_a": group_a(),
        "asks_waking": asks_waking(chart, card.slug),
        "asks_painkiller": Today(chart).asks_painkiller,
        "path": f"/start/{card.slug}?source={form.source}",
    }
    return render(request, "start.html", status_code, **values, **map_values(), **words_of(request))


def map_values() -> dict[str, Any]:
    """Return what a page needs that asks where it hurts."""
    return {"body": body_map(), "body_outline": outline(), "body_regions": regions}
