"""The therapist's pages: everybody who is theirs, and one of them with what was decided for them and what is to be."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import day_in, read_form, text_in
from openlumbar.apps.web.patient_timeline import DAYS_SHOWN, permits_of, timeline_of
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.viewer import Viewer, Viewing
from openlumbar.cards import exercise, exercise_slugs
from openlumbar.care.clinician_flags import flags
from openlumbar.care.gate_words import gate_words
from openlumbar.care.safety import group_a
from openlumbar.errors import InputError
from openlumbar.pipeline.care_facts import outcomes_in
from openlumbar.pipeline.clinic import Patient
from openlumbar.pipeline.therapist_desk import (
    LONGEST_TEXT,
    Signature,
    locked_levels,
)

router = APIRouter(include_in_schema=False)

ON_ONE_PAGE = 100
_TYPED = ("because", "level", "note", "text", "expires_on")
_LONGEST_FIELD = 12 * LONGEST_TEXT + 1024
"""Bytes of a form's field as it is sent: a character has four at most, and each becomes three."""


@router.get("/patients")
def patients_page(
    request: Request,
    wired: Wired,
    viewing: Viewing,
    name: Annotated[str, Query(max_length=100)] = "",
    light: Annotated[str, Query(max_length=10)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """List the therapist's people, who needs somebody most first."""
    wired.audit.write(viewing.account_id, "read_person", None, {"page": "patients"}, wired.clock())
    everybody = wired.clinic.patients(wired.accounts.patients_of(str(viewing.account_id)))
    found = [line for line in everybody if _fits(line, name, light)]
    first = (page - 1) * ON_ONE_PAGE
    return render(
        request,
        "patients.html",
        patients=found[first : first + ON_ONE_PAGE],
        counts={key: sum(line.light == key for line in everybody) for key in ("red", "amber", "new", "green")},
        everybody=len(everybody),
        found=len(found),
        name=name,
        light=light,
        page=page,
        has_more=len(found) > first + ON_ONE_PAGE,
        today=wired.clock().date(),
    )


def _fits(line: Patient, name: str, light: str) -> bool:
    return name.strip().casefold() in line.name.casefold() and light in ("", line.light)


@router.get("/patients/{person_id}")
def patient_page(
    request: Request, person_id: str, wired: Wired, before: date | None = None, done: str = ""
) -> Response:
    """Show one person: what they need, what they do, what was decided, and everything in order of time."""
    return _page(request, wired, person_id, before=before, done=done)


@router.post("/patients/{person_id}/clearance")
async def clear(request: Request, person_id: str, wired: Wired, viewing: Viewing) -> Response:
    """Allow an exercise in spite of what it waits for."""
    form = await read_form(request, _LONGEST_FIELD)

    def write(who: Signature) -> int:
        reasons = [str(reason) for reason in form.getlist("reason")]
        until, note = day_in(text_in(form, "expires_on")), text_in(form, "note")
        return wired.therapists.clear(person_id, who, text_in(form, "activity"), reasons, until, note).number

    return await to_thread.run_sync(_decided, request, wired, viewing, person_id, "cleared", form, write)


@router.post("/patients/{person_id}/unlock")
async def unlock(request: Request, person_id: str, wired: Wired, viewing: Viewing) -> Response:
    """Open a locked level."""
    form = await read_form(request, _LONGEST_FIELD)

    def write(who: Signature) -> int:
        slug, _, level = text_in(form, "level").partition(" ")
        return wired.therapists.unlock(person_id, who, slug, level, text_in(form, "because")).number

    return await to_thread.run_sync(_decided, request, wired, viewing, person_id, "unlocked", form, write)


@router.post("/patients/{person_id}/locks/{number}/lift")
async def lift(request: Request, person_id: str, number: int, wired: Wired, viewing: Viewing) -> Response:
    """Lift a lock."""
    form = await read_form(request, _LONGEST_FIELD)

    def write(who: Signature) -> int:
        return wired.therapists.lift(person_id, who, number, text_in(form, "because")).number

    return await to_thread.run_sync(_decided, request, wired, viewing, person_id, "lock_lifted", form, write)


@router.post("/patients/{person_id}/notes")
async def note(request: Request, person_id: str, wired: Wired, viewing: Viewing) -> Response:
    """Write a note."""
    form = await read_form(request, _LONGEST_FIELD)

    def write(who: Signature) -> int:
        return wired.therapists.note(person_id, who, text_in(form, "text")).number

    return await to_thread.run_sync(_decided, request, wired, viewing, person_id, "note_written", form, write)


@router.post("/patients/{person_id}/entries/{number}/undo")
def take_back(person_id: str, number: int, wired: Wired, viewing: Viewing) -> Response:
    """Take back a clearance, an unlocked level, the lifting of a lock, or a note."""
    if not wired.therapists.take_back(person_id, _signature(wired, viewing), number):
        raise HTTPException(404)
    wired.audit.write(viewing.account_id, "taken_back", person_id, {"entry": number}, wired.clock())
    return RedirectResponse(f"/patients/{person_id}?done=taken_back", 303)


def _decided(
    request: Request,
    wired: Services,
    viewing: Viewer,
    person_id: str,
    action: Any,
    form: FormData,
    write: Callable[[Signature], int],
) -> Response:
    """Write a decision down, here and in the audit; what does not fit is said beside the form, with what was typed."""
    try:
        number = write(_signature(wired, viewing))
    except InputError as error:
        return _page(request, wired, person_id, problem=(action, text_in(form, "activity"), error), form=form)
    wired.audit.write(viewing.account_id, action, person_id, {"entry": number}, wired.clock())
    return RedirectResponse(f"/patients/{person_id}?done={action}", 303)


def _page(
    request: Request,
    wired: Services,
    person_id: str,
    *,
    before: date | None = None,
    done: str = "",
    problem: tuple[str, str, InputError] | None = None,
    form: FormData | None = None,
) -> Response:
    patient, chart = wired.clinic.patient(person_id), wired.therapists.chart(person_id)
    if patient is None:
        raise HTTPException(404)
    writers = map(wired.accounts.get, {entry.by for entry in chart.entries if entry.by is not None})
    names = {account.id: account.name for account in writers if account is not None}
    days = timeline_of(chart, names, before)
    values: dict[str, Any] = {
        "patient": patient,
        "plans": [(exercise(slug), chart.exercise(slug), chart.clearable(slug)) for slug in exercise_slugs()],
        "locks": chart.holding_locks,
        "signs": {question.id: question.text for question in group_a().questions},
        "flags": flags(chart.history, chart.today, outcomes_in(chart.entries)),
        "permits": permits_of(chart, names),
        "locked_levels": [(exercise(slug), exercise(slug).level(level)) for slug, level in locked_levels()],
        "days": days,
        "older": days[-1].day if len(days) == DAYS_SHOWN else None,
        "usual_until": chart.today + timedelta(days=gate_words().clearance.usual.value),
        "today": chart.today,
        "day_of": date.fromisoformat,
        "done": done,
        "problem": problem[0] if problem else None,
        "problem_activity": problem[1] if problem else None,
        "error": problem[2] if problem else None,
        "form": {name: text_in(form, name) if form else "" for name in _TYPED},
        "ticked": set(map(str, form.getlist("reason"))) if form else set(),
        "path": f"/patients/{person_id}",
    }
    return render(request, "patient.html", 422 if problem else 200, **values)


def _signature(wired: Services, viewing: Viewer) -> Signature:
    account = wired.accounts.get(str(viewing.account_id))
    if account is None:
        raise HTTPException(404)
    return Signature(account.id, account.name)
