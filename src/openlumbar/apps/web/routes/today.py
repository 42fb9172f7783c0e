"""Today: where a person stands, what to do next, what was done; and the answers that are given on that page."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import read_form
from openlumbar.apps.web.held import held_by, place_of
from openlumbar.apps.web.pain_form import PainForm
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.routes.pages import words_of
from openlumbar.apps.web.routes.start import map_values
from openlumbar.apps.web.viewer import Own, Viewer, Viewing
from openlumbar.cards import exercise
from openlumbar.care.gate_words import gate_words
from openlumbar.care.pain import pain_rules
from openlumbar.coaching.plan import level_of
from openlumbar.pipeline.medicine_list import due_on
from openlumbar.pipeline.outcome_history import due_measures
from openlumbar.pipeline.today import Today, next_days
from openlumbar.records.diary import DiaryEntry

router = APIRouter(include_in_schema=False)

When = Literal["now", "after", "next_day"]
WHENS: tuple[When, ...] = ("now", "after", "next_day")

_SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

_MORNING_ENDS, _AFTERNOON_ENDS = 11, 18
"""Hours at which a greeting changes."""


@router.get("/")
def today_page(
    request: Request, wired: Wired, person: Own, viewing: Viewing, saved: Annotated[int | None, Query()] = None
) -> Response:
    """Show where the person stands and what to do next."""
    return _page(request, wired, person, viewing, saved=saved)


@router.get("/more")
def more_page(request: Request, viewing: Viewing) -> Response:
    """List the pages that have no place of their own at the top."""
    return render(request, "more.html", viewing=viewing)


@router.post("/pain")
async def tell_pain(request: Request, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Write pain down: now, after a set, or a day after one."""
    form = await read_form(request)
    when = str(form.get("when", ""))
    if when not in WHENS:
        raise HTTPException(422, "when must be now, after or next_day")
    told = {name: str(form.get(name, "")) for name in ("about", "session", "set")}
    pain = PainForm.read(form)
    return await to_thread.run_sync(_tell, request, wired, (person, viewing), when, pain, told)


@router.post("/painkiller")
async def tell_painkiller(request: Request, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Write the daily answer on painkillers down."""
    said = str((await read_form(request)).get("painkiller", ""))
    if said not in ("yes", "no"):
        return RedirectResponse("/", 303)
    await to_thread.run_sync(lambda: wired.desk.tell_painkiller(person, said == "yes", alone=viewing.alone))
    return RedirectResponse("/", 303)


@router.post("/entries/{number}/undo")
def undo(number: int, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Take back a set or a pain of today."""
    if not wired.desk.take_back(person, number, alone=viewing.alone):
        raise HTTPException(404)
    return RedirectResponse("/", 303)


def _tell(
    request: Request, wired: Services, who: tuple[str, Viewer], when: When, form: PainForm, told: dict[str, str]
) -> Response:
    person, viewing = who
    chart = wired.desk.chart(person, alone=viewing.alone)
    about = next((record.day for record in next_days(chart) if record.day.isoformat() == told["about"]), None)
    if when == "next_day" and about is None:
        return RedirectResponse("/", 303)  # told already, in another window, or too long ago
    if form.pain is None:
        return _page(request, wired, person, viewing, form=form, when=when, about=about, status_code=422)
    row = wired.store.session(told["session"]) if _SESSION_ID.fullmatch(told["session"]) else None
    session = row.id if row is not None and row.person_id == person else None
    entry = wired.desk.tell_pain(person, when, form.pain, form.marks, about=about, session=session, alone=viewing.alone)
    if when == "after":
        return RedirectResponse(_after(chart.sets_today, session, told["set"]), 303)
    return RedirectResponse(f"/?saved={entry.number}", 303)


def _after(sets: tuple[DiaryEntry, ...], session: str | None, number: str) -> str:
    if session:
        return f"/sessions/{session}"
    known = {str(entry.number) for entry in sets}
    return f"/sets/{number}" if number in known else "/"


def _page(
    request: Request,
    wired: Services,
    person: str,
    viewing: Viewer,
    *,
    saved: int | None = None,
    form: PainForm | None = None,
    when: When | None = None,
    about: date | None = None,
    status_code: int = 200,
) -> Response:
    chart = wired.desk.chart(person, alone=viewing.alone)
    today = Today(chart)
    values: dict[str, Any] = {
        "today": today,
        "chart": chart,
        "greeting": _greeting(chart.now.hour),
        "card_of": exercise,
        "level_of": level_of,
        "held_by": held_by,
        "place_of": place_of,
        "gate_words": gate_words(),
        "zone_words": pain_rules().words,
        "medicines_due": [due for due in due_on(chart.entries, chart.now) if due.is_past],
        "measures_due": due_measures(chart.entries, chart.today),
        "saved": next((each for each in chart.entries if each.number == saved and each.day <= chart.today), None),
        "form": form or PainForm(),
        "no_pain": PainForm(),
        "asked_again": (when, about) if form else None,
        "path": "/",
    }
    return render(request, "today.html", status_code, **values, **map_values(), **words_of(request))


def _greeting(hour: int) -> str:
    return "morning" if hour < _MORNING_ENDS else "afternoon" if hour < _AFTERNOON_ENDS else "evening"
