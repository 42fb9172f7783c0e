"""A set without a camera: guided by the clock or done by oneself, and the page after it."""

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.after import after_values
from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.forms import read_form
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.routes.pages import card_or_404, words_of
from openlumbar.apps.web.routes.start import map_values
from openlumbar.apps.web.viewer import Own, Viewer, Viewing
from openlumbar.cards import Card
from openlumbar.care.set_rules import set_rules
from openlumbar.coaching.plan import level_of
from openlumbar.pipeline.care import Guide, SetDone

router = APIRouter(include_in_schema=False)


@router.get("/clock/{slug}")
def clock_page(request: Request, slug: str, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Lead through a set by the clock; who has not passed the gate just now is asked first."""
    card = card_or_404(slug)
    admission = wired.desk.admission(person, slug, alone=viewing.alone)
    if not admission.may_begin:
        return RedirectResponse(f"/start/{slug}?source=clock", 303)
    level = level_of(admission.plan.dose)
    pace = set_rules().clock
    values: dict[str, Any] = {
        "card": card,
        "plan": admission.plan,
        "level": level,
        "gate": admission.gate,
        "pace": {name: getattr(pace, name).value for name in type(pace).model_fields},
    }
    return render(request, "clock.html", **values, **words_of(request))


@router.post("/clock/{slug}")
async def note_set(request: Request, slug: str, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Write down a set that the clock led, or that the person did by themselves."""
    card = card_or_404(slug)
    form = await read_form(request)
    repetitions, by = str(form.get("repetitions", "")), str(form.get("by", ""))
    return await to_thread.run_sync(_note, wired, person, viewing, card, (repetitions, by))


@router.get("/sets/{number}")
def after_page(request: Request, number: int, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Ask how a set felt, and say what follows."""
    chart = wired.desk.chart(person, alone=viewing.alone)
    entry = next((each for each in chart.sets_today if each.number == number), None)
    if entry is None:
        raise HTTPException(404)
    card = card_or_404(entry.data["exercise"])
    return render(
        request,
        "set.html",
        entry=entry,
        card=card,
        **after_values(chart, [entry]),
        **map_values(),
        **words_of(request),
    )


def _note(wired: Services, person: str, viewing: Viewer, card: Card, typed: tuple[str, str]) -> Response:
    plan = wired.desk.chart(person, alone=viewing.alone).exercise(card.slug)
    prescribed = plan.dose.repetitions
    count = int(typed[0]) if typed[0].isascii() and typed[0].isdigit() and len(typed[0]) <= 3 else prescribed
    if not (plan.gate.passed and plan.left and count) or plan.dose.level is None:
        return RedirectResponse("/", 303)
    by: Guide = "clock" if typed[1] == "clock" else "hand"
    done = SetDone(card.slug, plan.dose.level, min(count, prescribed), prescribed, by)
    entry = wired.desk.note_set(person, done, alone=viewing.alone)
    return RedirectResponse(f"/sets/{entry.number}", 303)
