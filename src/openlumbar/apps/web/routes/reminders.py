"""Reminders: what is open, what comes next, what to be reminded of; a calendar feed, notifications of the browser."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from openlumbar.apps.web.bundle import ADDRESS
from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import read_form, text_in
from openlumbar.apps.web.languages import known_language, language_of
from openlumbar.apps.web.reminder_form import ReminderForm
from openlumbar.apps.web.rendering import languages_of, render, wants_page
from openlumbar.apps.web.viewer import Own
from openlumbar.care.calendar_feed import to_ical
from openlumbar.care.reminders import OpenReminder
from openlumbar.errors import InputError
from openlumbar.pipeline import reminding
from openlumbar.pipeline.medicine_list import day_span, intake_data
from openlumbar.pipeline.reminding import ANSWERS, Reminding, choice_data, gathered
from openlumbar.records.diary import Draft
from openlumbar.records.feeds import close_feeds, has_feed, open_feed, person_of_feed

router = APIRouter(include_in_schema=False)

LINK_COOKIE = "calendar_link"
LINK_SHOWN_S = 600
"""What is secret in a calendar's address is told for ten minutes after it was made; then only its hash is known."""

_MOST_COMING = 12
_CHECKED = {"cache-control": "no-cache"}


@router.get("/reminders")
def reminders_page(request: Request, wired: Wired, person: Own, saved: Annotated[int, Query(ge=0)] = 0) -> Response:
    """Show what is open and what comes, and how to be reminded."""
    return _page(request, wired, person, saved=saved)


@router.get("/reminders/open.json")
def open_now(request: Request, wired: Wired, person: Own) -> Response:
    """Tell a page of ours what is open now, in words fit for a notification."""
    found = _reminding(wired, person)
    waiting = found.open()
    ahead = [each.next_ring for each in waiting if each.next_ring]
    ahead += [each.at for each in found.coming(found.now + timedelta(days=1))]
    soonest = min(ahead, key=lambda moment: moment.timestamp(), default=None)
    return JSONResponse(
        {
            "open": [_told(request, each, found.choice.details) for each in _for_notices(waiting)],
            "seconds_to_next": None if soonest is None else (soonest - found.now).total_seconds(),
        }
    )


@router.get("/reminders/worker.js")
def worker(wired: Wired) -> Response:
    """Send the script that answers what is tapped in a notification; it lies here so that it sees no other page."""
    name = wired.bundle.entry("worker").js.removeprefix(f"{ADDRESS}/")
    script = (wired.bundle.folder / name).read_bytes()
    return Response(script, media_type="text/javascript", headers=_CHECKED)


@router.post("/reminders/settings")
async def choose(request: Request, wired: Wired, person: Own) -> Response:
    """Keep what to be reminded of."""
    form = ReminderForm.read(await read_form(request))
    return await to_thread.run_sync(_choose, request, wired, person, form)


@router.post("/reminders/answer")
async def answer(request: Request, wired: Wired, person: Own) -> Response:
    """Take a person's word to a reminder, from a page or from a notification."""
    form = await read_form(request)
    await to_thread.run_sync(_answer, wired, person, text_in(form, "reminder"), text_in(form, "said"))
    return RedirectResponse("/reminders#open", 303) if wants_page(request) else Response(status_code=204)


@router.post("/reminders/undo")
async def undo(request: Request, wired: Wired, person: Own) -> Response:
    """Take the last word to a reminder back, or the last change of what to be reminded of."""
    form = await read_form(request)
    await to_thread.run_sync(_undo, wired, person, form)
    return RedirectResponse("/reminders#open", 303)


@router.post("/reminders/feed")
def make_feed(wired: Wired, person: Own) -> Response:
    """Make a calendar's address, in place of any before."""
    close_feeds(wired.store, person)
    token = open_feed(wired.store, person, wired.clock())
    back = RedirectResponse("/reminders#calendar", 303)
    back.set_cookie(LINK_COOKIE, token, LINK_SHOWN_S, path="/reminders", httponly=True, samesite="strict")
    return back


@router.post("/reminders/feed/close")
def close_feed(wired: Wired, person: Own) -> Response:
    """Close the calendar's address: whoever has it reads nothing any more."""
    close_feeds(wired.store, person)
    back = RedirectResponse("/reminders#calendar", 303)
    back.delete_cookie(LINK_COOKIE, path="/reminders", httponly=True, samesite="strict")
    return back


@router.get("/reminders/feed/{token}.ics")
def feed(request: Request, wired: Wired, token: str, language: Annotated[str, Query(max_length=2)] = "") -> Response:
    """Send the reminders to whoever knows a calendar's address; the same all day, as long as nothing changes."""
    person = person_of_feed(wired.store, token)
    if person is None:
        raise HTTPException(404)
    found = _reminding(wired, person)
    calendar = to_ical(
        found.for_feed(),
        known_language(language) or language_of(request),
        stamp=day_span(found.now)[0],
        key=hashlib.blake2b(token.encode(), digest_size=32).digest(),
        details=found.choice.details,
    )
    tag = f'"{hashlib.sha256(calendar).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    known = (each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(","))
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(calendar, media_type="text/calendar; charset=utf-8", headers=headers)


# -------------------------------------------------------------------------------------------------------------- below


def _reminding(wired: Services, person: str) -> Reminding:
    now = wired.clock()
    return Reminding(wired.diary.read(person, reminding.KINDS), wired.plans(person, now), now)


def _page(
    request: Request,
    wired: Services,
    person: str,
    *,
    saved: int = 0,
    form: ReminderForm | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    found = _reminding(wired, person)
    token = request.cookies.get(LINK_COOKIE, "")
    is_own = bool(token) and person_of_feed(wired.store, token) == person
    chosen = [entry.number for entry in found.entries if entry.kind == "reminders"]
    values: dict[str, Any] = {
        "open": found.open(),
        "coming": found.coming(day_span(found.now)[1] + timedelta(days=1))[:_MOST_COMING],
        "answered": found.answered_today(),
        "answers": ANSWERS,
        "choice": found.choice,
        "form": form or ReminderForm.of(found.choice),
        "problems": problems or {},
        "has_feed": has_feed(wired.store, person),
        "link": f"{str(request.base_url).rstrip('/')}/reminders/feed/{token}.ics" if is_own else None,
        "is_loopback": wired.settings.is_loopback,
        "undo": saved if chosen and chosen[-1] == saved else None,
        "path": "/reminders",
    }
    return render(request, "reminders.html", 422 if problems else 200, **values)


def _choose(request: Request, wired: Services, person: str, form: ReminderForm) -> Response:
    if problems := form.check():
        return _page(request, wired, person, form=form, problems=problems)
    now = wired.clock()
    [written] = wired.diary.write(person, Draft("reminders", choice_data(form.choice()), now.date(), now))
    return RedirectResponse(f"/reminders?saved={written.number}", 303)


def _answer(wired: Services, person: str, reminder_id: str, said: str) -> None:
    found = _reminding(wired, person)
    if (answer := found.answer(reminder_id, said)) is not None:
        kind, data = answer
        wired.diary.write(person, Draft(kind, data, found.now.date(), found.now))


def _undo(wired: Services, person: str, form: FormData) -> None:
    found, number, name = _reminding(wired, person), text_in(form, "number"), text_in(form, "reminder")
    if number:
        chosen = [entry.number for entry in found.entries if entry.kind == "reminders"]
        if chosen and str(chosen[-1]) == number:
            wired.diary.withdraw(person, chosen[-1], found.now)
        return
    reminder = found.find(name)
    if reminder is None:
        raise InputError("reminder", "is not open any more", "open the list of reminders again")
    if reminder.kind == "medicine":
        data = intake_data(name.split("/")[1], reminder.due_at, "open")
        wired.diary.write(person, Draft("intake", data, found.now.date(), found.now))
    elif (written := found.written_answer(name)) is not None:
        wired.diary.withdraw(person, written, found.now)


def _for_notices(waiting: tuple[OpenReminder, ...]) -> list[OpenReminder]:
    """Leave one of the measures that ring together, in the words of all."""
    together = {each.id: each for each in gathered(each.reminder for each in waiting)}
    return [
        OpenReminder(together[each.reminder.id], each.rang, each.next_ring)
        for each in waiting
        if each.reminder.id in together
    ]


def _told(request: Request, waiting: OpenReminder, details: bool) -> dict[str, Any]:
    reminder, words = waiting.reminder, languages_of(request).of(request)
    labels = {"done": words.gettext("Done"), "taken": words.gettext("Taken"), "skipped": words.gettext("Skipped")}
    told = reminder.detail if details else reminder.title
    return {
        "id": reminder.id,
        "kind": reminder.kind,
        "title": told.in_language(words.language),
        "rang": waiting.rang,
        "answers": [
            {"said": said, "label": labels[said]} for said in ANSWERS[reminder.kind] if reminder.kind != "outcome"
        ],
        "page": "/outcomes" if reminder.kind == "outcome" else "/reminders",
    }
