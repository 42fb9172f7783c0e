"""Outcome measures: what is due, the form of each from its file, what came of it, and its course as a picture."""

from collections.abc import Mapping
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import read_form, text_in
from openlumbar.apps.web.languages import language_of
from openlumbar.apps.web.outcome_form import Checked, OutcomeForm, asks_day, check, items_of
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.viewer import Own
from openlumbar.care.measure_cards import Measure, measures
from openlumbar.care.outcomes import value_text
from openlumbar.pipeline import outcome_history
from openlumbar.pipeline.outcome_history import Answered, Course, courses, is_due, outcome_data, states_on
from openlumbar.records.diary import DiaryEntry, Draft
from openlumbar.reports.outcome_chart import draw_outcome

router = APIRouter(include_in_schema=False)


@router.get("/outcomes")
def list_page(request: Request, wired: Wired, person: Own) -> Response:
    """List the measures: what is due first, each with its last value."""
    entries, today = _entries(wired, person), wired.clock().date()
    states = states_on(entries, today)
    found = courses(entries)
    due = [one for one in found if is_due(one, today, states)]
    values: dict[str, Any] = {
        "due": due,
        "others": [one for one in found if one not in due],
        "value_text": value_text,
    }
    return render(request, "outcomes.html", **values)


@router.get("/outcomes/{measure_id}")
def measure_page(
    request: Request,
    wired: Wired,
    person: Own,
    measure_id: str,
    entered: Annotated[int, Query(ge=0)] = 0,
    renew: Annotated[str, Query(max_length=3)] = "",
) -> Response:
    """Show a measure: its form, what came of the last answer, and its course."""
    card, entries = _card_or_404(measure_id), _entries(wired, person)
    one = outcome_history.course(card, entries)
    found = next((each for each in one.times if each.number == entered), None)
    return _page(request, wired, entries, one, entered=found, renew=renew == "yes")


@router.post("/outcomes/{measure_id}")
async def answer(request: Request, wired: Wired, person: Own, measure_id: str) -> Response:
    """Keep an answer, or say beside its field why it cannot be kept."""
    form = await read_form(request)
    return await to_thread.run_sync(_answer, request, wired, person, measure_id, form)


@router.post("/outcomes/{measure_id}/undo")
async def undo(request: Request, wired: Wired, person: Own, measure_id: str) -> Response:
    """Take an answer back; the page that says so can bring it back."""
    form = await read_form(request)
    return await to_thread.run_sync(_undo, request, wired, person, measure_id, form)


def _answer(request: Request, wired: Services, person: str, measure_id: str, form: FormData) -> Response:
    card, entries, now = _card_or_404(measure_id), _entries(wired, person), wired.clock()
    one = outcome_history.course(card, entries)
    if not _may_be_taken(wired, entries, card):
        return _page(request, wired, entries, one, status_code=422)
    renew, typed = text_in(form, "renew") == "yes", OutcomeForm.read(form, card)
    checked = check(typed, card, _fixed(one, renew), now.date())
    if checked.score is None:
        return _page(request, wired, entries, one, form=typed, checked=checked, renew=renew, status_code=422)
    data = outcome_data(card, checked.answers, checked.score, checked.own_words)
    [written] = wired.diary.write(person, Draft("outcome", data, checked.day, now))
    return RedirectResponse(f"/outcomes/{card.id}?entered={written.number}", 303)


def _undo(request: Request, wired: Services, person: str, measure_id: str, form: FormData) -> Response:
    card, number = _card_or_404(measure_id), text_in(form, "number")
    times = outcome_history.course(card, _entries(wired, person)).times
    gone = next((each for each in times if str(each.number) == number), None)
    if gone is None or not wired.diary.withdraw(person, gone.number, wired.clock()):
        return RedirectResponse(f"/outcomes/{card.id}", 303)
    entries = _entries(wired, person)
    return _page(request, wired, entries, outcome_history.course(card, entries), gone=gone)


def _page(
    request: Request,
    wired: Services,
    entries: tuple[DiaryEntry, ...],
    one: Course,
    *,
    form: OutcomeForm | None = None,
    checked: Checked | None = None,
    entered: Answered | None = None,
    gone: Answered | None = None,
    renew: bool = False,
    status_code: int = 200,
) -> Response:
    today, card = wired.clock().date(), one.card
    states = states_on(entries, today)
    fixed = _fixed(one, renew)
    values: dict[str, Any] = {
        "course": one,
        "card": card,
        "items": items_of(card, fixed),
        "fixed": fixed,
        "form": form or OutcomeForm(),
        "problems": checked.problems if checked else {},
        "asks_day": asks_day(card),
        "today": today,
        "is_due": is_due(one, today, states),
        "may_be_taken": _may_be_taken(wired, entries, card),
        "is_acute": states["acute"],
        "entered": entered,
        "gone": gone,
        "renew": renew,
        "value_text": value_text,
        "picture": _picture(request, one),
        "path": f"/outcomes/{card.id}",
    }
    return render(request, "outcome.html", status_code, **values)


def _picture(request: Request, one: Course) -> tuple[str, str] | None:
    if not one.times:
        return None
    values = [(each.day, each.score.value) for each in one.series]
    return draw_outcome(one.card, values, one.band, language_of(request))


def _fixed(one: Course, renew: bool) -> Mapping[str, str]:
    """Return the words for what was rated before, which stay the same until the person names other things."""
    if one.last is None or renew:
        return {}
    return {name: words for name, words in one.last.own_words.items() if name in one.last.score.answered}


def _may_be_taken(wired: Services, entries: tuple[DiaryEntry, ...], card: Measure) -> bool:
    """Tell whether nothing that is known, or not known, of the person keeps the measure from being taken now."""
    states = states_on(entries, wired.clock().date())
    return all(states.get(state) is False for state in card.when.not_when)


def _entries(wired: Services, person: str) -> tuple[DiaryEntry, ...]:
    return wired.diary.read(person, outcome_history.KINDS)


def _card_or_404(measure_id: str) -> Measure:
    found = next((card for card in measures() if card.id == measure_id), None)
    if found is None:
        raise HTTPException(404)
    return found
