"""What a person alone writes down on a doctor's word: that a lock is lifted, that an exercise is allowed."""

from datetime import timedelta
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import day_in, read_form
from openlumbar.apps.web.held import held_by
from openlumbar.apps.web.languages import region_of
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.routes.pages import card_or_404
from openlumbar.apps.web.viewer import Own, Viewing
from openlumbar.cards import Card
from openlumbar.care.gate_words import gate_words
from openlumbar.care.safety import group_a
from openlumbar.errors import InputError
from openlumbar.pipeline.patient_chart import PatientChart

router = APIRouter(include_in_schema=False)


@router.get("/gate/locks")
def locks_page(request: Request, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Show what is locked, and how it is lifted."""
    return _locks_page(request, wired.desk.chart(person, alone=viewing.alone))


@router.post("/gate/locks/{number}")
async def lift(request: Request, number: int, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Lift a lock on the word of the doctor that the person names."""
    if not viewing.alone:
        raise HTTPException(404)
    form = await read_form(request)
    doctor, day, told = (str(form.get(name, "")) for name in ("doctor", "examined_on", "confirm"))
    return await to_thread.run_sync(_lift, request, wired, person, number, (doctor, day, told))


@router.get("/gate/clearance/{slug}")
def clearance_page(request: Request, slug: str, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Ask what a doctor has allowed."""
    card = card_or_404(slug)
    if not viewing.alone:
        raise HTTPException(404)
    return _clearance_page(request, card, wired.desk.chart(person, alone=True))


@router.post("/gate/clearance/{slug}")
async def clear(request: Request, slug: str, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Write down what a doctor has allowed."""
    card = card_or_404(slug)
    if not viewing.alone:
        raise HTTPException(404)
    form = await read_form(request)
    typed = {name: str(form.get(name, "")) for name in ("doctor", "examined_on", "expires_on")}
    typed["confirm"] = str(form.get("confirm", ""))
    return await to_thread.run_sync(_clear, request, wired, person, card, typed)


def _lift(request: Request, wired: Services, person: str, number: int, typed: tuple[str, str, str]) -> Response:
    doctor, day, told = typed
    chart = wired.desk.chart(person, alone=True)
    problems = {
        name
        for name, is_good in (("doctor", doctor.strip()), ("examined_on", day_in(day)), ("confirm", told == "yes"))
        if not is_good
    }
    examined_on = day_in(day)
    if not problems and examined_on:
        try:
            wired.desk.lift_lock(person, number, doctor, examined_on)
        except InputError:
            problems = {"examined_on"}
        else:
            return RedirectResponse("/", 303)
    if number not in {written.number for written in chart.holding_locks}:
        raise HTTPException(404)
    return _locks_page(request, chart, {number: (doctor, day)}, {number: problems}, 422)


def _locks_page(
    request: Request,
    chart: PatientChart,
    typed: dict[int, tuple[str, str]] | None = None,
    problems: dict[int, set[str]] | None = None,
    status_code: int = 200,
) -> Response:
    values: dict[str, Any] = {
        "locks": chart.holding_locks,
        "signs": {question.id: question.text for question in group_a().questions},
        "words": gate_words().lock,
        "numbers": group_a().numbers_for(region_of(request)),
        "alone": chart.alone,
        "today": chart.today,
        "typed": typed or {},
        "problems": problems or {},
        "path": "/gate/locks",
    }
    return render(request, "locks.html", status_code, **values)


def _clear(request: Request, wired: Services, person: str, card: Card, typed: dict[str, str]) -> Response:
    chart = wired.desk.chart(person, alone=True)
    reasons = frozenset(reason.id for reason in chart.clearable(card.slug))
    examined_on, expires_on = day_in(typed["examined_on"]), day_in(typed["expires_on"])
    problems = {name for name, is_good in (
        ("doctor", typed["doctor"].strip()),
        ("examined_on", examined_on is not None and examined_on <= chart.today),
        ("expires_on", expires_on is not None and expires_on >= chart.today),
        ("confirm", typed["confirm"] == "yes"),
    ) if not is_good}  # fmt: skip
    if problems or not reasons or examined_on is None or expires_on is None:
        return _clearance_page(request, card, chart, typed, problems, 422)
    wired.desk.clear(person, card.slug, reasons, typed["doctor"], examined_on, expires_on)
    return RedirectResponse("/", 303)


def _clearance_page(
    request: Request,
    card: Card,
    chart: PatientChart,
    typed: dict[str, str] | None = None,
    problems: set[str] | None = None,
    status_code: int = 200,
) -> Response:
    held = [each for each in held_by(chart.exercise(card.slug).gate, alone=True) if each.outcome == "clinician"]
    usual = chart.today + timedelta(days=gate_words().clearance.usual.value)
    values: dict[str, Any] = {
        "card": card,
        "held": held[0] if held else None,
        "words": gate_words().clearance,
        "today": chart.today,
        "typed": typed or {"expires_on": usual.isoformat()},
        "problems": problems or set(),
        "path": f"/gate/clearance/{card.slug}",
    }
    return render(request, "clearance.html", status_code, **values)
