"""The medicines diary: a person's own list, what is due today, what was said of it, and what to ask about."""

import secrets
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import day_in, read_form, text_in
from openlumbar.apps.web.languages import is_local_path
from openlumbar.apps.web.medicine_form import MOST_TIMES, MedicineForm, Problems, QuestionsForm
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.viewer import Own
from openlumbar.care.medicines import Alteration, Medicine, flag_rules, medicine_kind, medicine_kinds
from openlumbar.care.safety import NONE
from openlumbar.errors import InputError
from openlumbar.pipeline import medicine_list
from openlumbar.pipeline.medicine_list import data_of, intake_data
from openlumbar.records.diary import DiaryEntry, Draft, EntryKind

router = APIRouter(include_in_schema=False)

HISTORY_DAYS = 28
_ID_BYTES = 6
_FEWEST_TIME_FIELDS = 3
_ALTERATIONS: tuple[Alteration, ...] = get_args(Alteration)
_UNDONE: tuple[EntryKind, ...] = ("medicine", "medicine_questions")
_STATES = ("taken", "skipped", "open")


@router.get("/medicines")
def list_page(request: Request, wired: Wired, person: Own, saved: Annotated[int, Query(ge=0)] = 0) -> Response:
    """Show what is due today, the list, and what to ask about."""
    return _list_page(request, wired, person, saved=saved)


@router.post("/medicines")
async def add(request: Request, wired: Wired, person: Own) -> Response:
    """Put a medicine on the list."""
    form = MedicineForm.read(await read_form(request))
    return await to_thread.run_sync(_add, request, wired, person, form)


@router.get("/medicines/new")
def new_page(request: Request, wired: Wired, person: Own) -> Response:
    """Ask for a medicine."""
    del person
    return _form_page(request, wired, MedicineForm(), None)


@router.post("/medicines/intake")
async def mark(request: Request, wired: Wired, person: Own) -> Response:
    """Mark a due time as taken or skipped, or take that back."""
    form = await read_form(request)
    return await to_thread.run_sync(_mark, wired, person, form)


@router.post("/medicines/questions")
async def answer_questions(request: Request, wired: Wired, person: Own) -> Response:
    """Keep the answers on which the flags depend."""
    form = QuestionsForm.read(await read_form(request))
    return await to_thread.run_sync(_answer, request, wired, person, form)


@router.post("/medicines/undo")
async def undo(request: Request, wired: Wired, person: Own) -> Response:
    """Take the last change of the list back."""
    number = text_in(await read_form(request), "number")
    await to_thread.run_sync(_undo, wired, person, number)
    return RedirectResponse("/medicines", 303)


@router.get("/medicines/{medicine_id}")
def medicine_page(request: Request, wired: Wired, person: Own, medicine_id: str) -> Response:
    """Show a medicine of the list, to be changed."""
    medicine = _medicine_or_404(wired, person, medicine_id)
    return _form_page(request, wired, MedicineForm.of(medicine), medicine)


@router.post("/medicines/{medicine_id}")
async def change(request: Request, wired: Wired, person: Own, medicine_id: str) -> Response:
    """Change what is written of a medicine."""
    form = MedicineForm.read(await read_form(request))
    return await to_thread.run_sync(_change, request, wired, person, medicine_id, form)


@router.post("/medicines/{medicine_id}/altered")
async def alter(request: Request, wired: Wired, person: Own, medicine_id: str) -> Response:
    """Write down that a medicine was begun again, raised, lowered or stopped."""
    form = await read_form(request)
    return await to_thread.run_sync(_alter, request, wired, person, medicine_id, form)


@router.post("/medicines/{medicine_id}/remove")
def remove(wired: Wired, person: Own, medicine_id: str) -> Response:
    """Take a medicine off the list."""
    medicine = _medicine_or_404(wired, person, medicine_id)
    return _saved(_write(wired, person, "medicine", data_of(medicine, removed=True)))


# -------------------------------------------------------------------------------------------------------------- below


def entries_of(wired: Services, person: str) -> tuple[DiaryEntry, ...]:
    """Read what the medicines rest on."""
    return wired.diary.read(person, medicine_list.KINDS)


def _list_page(
    request: Request,
    wired: Services,
    person: str,
    *,
    saved: int = 0,
    questions: QuestionsForm | None = None,
    problems: Problems | None = None,
) -> Response:
    now, entries = wired.clock(), entries_of(wired, person)
    today, medicines = now.date(), medicine_list.listed(entries)
    about = medicine_list.about_you(entries, today)
    asking = medicine_list.worth_asking(entries, today)
    values: dict[str, Any] = {
        "today": today,
        "due": medicine_list.due_on(entries, now),
        "needed": medicine_list.when_needed(entries, now),
        "medicines": medicines,
        "kind_of": medicine_kind,
        "asking": asking,
        "before_massage": [
            flag for flag in medicine_list.worth_asking(entries, today, before_massage=True) if flag not in asking
        ],
        "history": medicine_list.history(entries, now, HISTORY_DAYS),
        "conditions": flag_rules().conditions,
        "about": about,
        "questions": questions or _answered(about),
        "problems": problems or {},
        "undo": _undoable(entries, saved),
        "path": "/medicines",
    }
    return render(request, "medicines.html", 422 if problems else 200, **values)


def _answered(about: medicine_list.AboutYou) -> QuestionsForm:
    if about.here is None:
        return QuestionsForm()
    weeks = "" if about.weeks_pregnant is None else str(about.weeks_pregnant)
    return QuestionsForm(tuple(sorted(about.here)) or (NONE,), weeks)


def _form_page(
    request: Request, wired: Services, form: MedicineForm, medicine: Medicine | None, problems: Problems | None = None
) -> Response:
    values = {
        "form": form,
        "medicine": medicine,
        "kinds": medicine_kinds(),
        "time_fields": min(MOST_TIMES, max(_FEWEST_TIME_FIELDS, len(form.times) + 1)),
        "alterations": _ALTERATIONS,
        "today": wired.clock().date(),
        "problems": problems or {},
        "path": f"/medicines/{medicine.id}" if medicine else "/medicines/new",
    }
    return render(request, "medicine.html", 422 if problems else 200, **values)


def _add(request: Request, wired: Services, person: str, form: MedicineForm) -> Response:
    today = wired.clock().date()
    if problems := form.check(today):
        return _form_page(request, wired, form, None, problems)
    medicine = form.medicine(secrets.token_hex(_ID_BYTES), today)
    return _saved(_write(wired, person, "medicine", data_of(medicine)))


def _change(request: Request, wired: Services, person: str, medicine_id: str, form: MedicineForm) -> Response:
    before, today = _medicine_or_404(wired, person, medicine_id), wired.clock().date()
    if problems := form.check(today):
        return _form_page(request, wired, form, before, problems)
    medicine = form.medicine(medicine_id, today, before.changed)
    return _saved(_write(wired, person, "medicine", data_of(medicine)))


def _alter(request: Request, wired: Services, person: str, medicine_id: str, form: FormData) -> Response:
    before, today = _medicine_or_404(wired, person, medicine_id), wired.clock().date()
    day = day_in(text_in(form, "day"))
    change = next((each for each in _ALTERATIONS if each == text_in(form, "change")), None)
    if day is None or day > today or change is None:
        return _form_page(request, wired, MedicineForm.of(before), before, {"day": "since_day"})
    return _saved(_write(wired, person, "medicine", data_of(medicine_list.altered(before, day, change))))


def _answer(request: Request, wired: Services, person: str, form: QuestionsForm) -> Response:
    if problems := form.check():
        return _list_page(request, wired, person, questions=form, problems=problems)
    data = medicine_list.questions_data(form.applies, form.weeks_pregnant)
    return _saved(_write(wired, person, "medicine_questions", data))


def _mark(wired: Services, person: str, form: FormData) -> Response:
    now, entries, state = wired.clock(), entries_of(wired, person), text_in(form, "state")
    if state not in _STATES:
        raise InputError("state", "is not known", "choose one of the buttons beside the medicine")
    due_at = _moment(text_in(form, "due_at"), now)
    medicine = medicine_list.require_due(entries, text_in(form, "medicine"), due_at)
    _write(wired, person, "intake", intake_data(medicine.id, due_at, state), now)
    back = text_in(form, "back")
    return RedirectResponse(back if is_local_path(back) else "/medicines#due", 303)


def _undo(wired: Services, person: str, number: str) -> None:
    if number.isascii() and number.isdigit() and _undoable(entries_of(wired, person), int(number)):
        wired.diary.withdraw(person, int(number), wired.clock())


def _undoable(entries: tuple[DiaryEntry, ...], number: int) -> DiaryEntry | None:
    """Return the change of the list that an entry is, as long as it is the last one of its medicine."""
    found = next((entry for entry in entries if entry.number == number and entry.kind in _UNDONE), None)
    if found is None:
        return None
    same = [each for each in entries if each.kind == found.kind and each.data.get("id") == found.data.get("id")]
    return found if same[-1] is found else None


def _moment(text: str, now: datetime) -> datetime:
    """Read a due time; "now" is this very moment."""
    if text == "now":
        return now.replace(microsecond=0)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InputError("due time", "cannot be read", "open the list of medicines again")
    return found.astimezone(now.tzinfo)


def _medicine_or_404(wired: Services, person: str, medicine_id: str) -> Medicine:
    found = next((each for each in medicine_list.listed(entries_of(wired, person)) if each.id == medicine_id), None)
    if found is None:
        raise HTTPException(404)
    return found


def _write(
    wired: Services,
    person: str,
    kind: Literal["medicine", "medicine_questions", "intake"],
    data: dict[str, Any],
    now: datetime | None = None,
) -> int:
    now = now or wired.clock()
    return wired.diary.write(person, Draft(kind, data, now.date(), now))[0].number


def _saved(number: int) -> Response:
    return RedirectResponse(f"/medicines?saved={number}", 303)
