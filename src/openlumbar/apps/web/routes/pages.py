"""The pages around a set: home, an exercise in words, the form before a set, what this is; and the language."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.deps import Wired
from openlumbar.apps.web.languages import COOKIE, COOKIE_LASTS_S, is_local_path, known_language, language_of
from openlumbar.apps.web.rendering import failure, render
from openlumbar.apps.web.start_form import HEIGHT_COOKIE, Checked, StartForm, check
from openlumbar.apps.web.viewer import Own
from openlumbar.cards import Card, Level, exercise, exercise_slugs
from openlumbar.care.safety import group_a
from openlumbar.reports.cards_page import CardWords, references
from openlumbar.reports.summary import dose_text
from openlumbar.reports.words import Words

router = APIRouter(include_in_schema=False)

FIRST_EXERCISE = "bridge"
"""What is offered to someone who has not done anything yet (product: it is mostly safe, and done lying down)."""


@router.get("/")
def home(request: Request, wired: Wired, own: Own) -> Response:
    """Offer the exercises, and the next set as the largest thing."""
    last = next((row for row in wired.store.sessions(1, person_id=own) if row.exercise in exercise_slugs()), None)
    following = exercise(last.exercise if last else FIRST_EXERCISE)
    return render(
        request,
        "home.html",
        cards=[exercise(slug) for slug in exercise_slugs()],
        last=last,
        following=following,
        level=level_to_do(following, last.level if last else ""),
        last_card=exercise(last.exercise) if last else None,
        **words_of(request),
    )


@router.get("/exercises/{slug}")
def exercise_page(request: Request, slug: str) -> Response:
    """Show an exercise in words: how it is done, by whom not, and what that rests on."""
    card = card_or_404(slug)
    evidence = [work for work in references() if work.id in card.evidence]
    return render(request, "exercise.html", card=card, evidence=evidence, **words_of(request))


@router.get("/start/{slug}")
def start_page(request: Request, slug: str, level: str = "", source: str = "camera") -> Response:
    """Ask what has to be known before a set."""
    card = card_or_404(slug)
    if source not in ("camera", "simulated"):
        raise HTTPException(404)
    chosen = level_to_do(card, level)
    form = StartForm(
        exercise=slug,
        level=chosen.id,
        source=source,
        sets=str(chosen.dose.sets_a_day),
        height_cm=request.cookies.get(HEIGHT_COOKIE, "")[:10],
    )
    return start_form_page(request, card, form, replace(check(form, card), problems={}))


def start_form_page(
    request: Request, card: Card, form: StartForm, checked: Checked, status_code: int = 200
) -> Response:
    """Show the form before a set with what was filled in, and what is the matter with it."""
    values: dict[str, Any] = {
        "card": card,
        "form": form,
        "problems": checked.problems,
        "most_sets": (checked.level or card.level()).dose.sets_a_day,
        "group_a": group_a(),
        "path": f"/start/{card.slug}?level={form.level}&source={form.source}",
    }
    return render(request, "start.html", status_code, **values, **words_of(request))


@router.get("/about")
def about_page(request: Request, wired: Wired) -> Response:
    """Say what this is and is not, where the data lies, and how far to trust it."""
    return render(request, "about.html", data_dir=wired.settings.data_dir, is_loopback=wired.settings.is_loopback)


@router.get("/language")
def choose_language(to: str = "", back: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    """Remember a language and lead back to the page that was open, never to another site."""
    answer = RedirectResponse(back if is_local_path(back) else "/", 303)
    if language := known_language(to):
        answer.set_cookie(COOKIE, language, COOKIE_LASTS_S, httponly=True, samesite="lax")
    return answer


@router.get("/_components")
def components_page(request: Request, wired: Wired) -> Response:
    """Show everything that pages are made of, in development."""
    if not wired.settings.development:
        return failure(request, 404)
    return render(request, "_components.html")


def words_of(request: Request) -> dict[str, Any]:
    """Return the words of cards and reports, for templates that speak of exercises."""
    language = language_of(request)
    words = Words(language)
    return {"say": CardWords(language), "dose_text": lambda level: dose_text(level, words)}


def level_to_do(card: Card, level_id: str) -> Level:
    """Return a level that may be done: the one named, else the exercise's usual one."""
    open_to_all = (level for level in card.levels if not (level.locked or level.by_clock))
    return next((level for level in open_to_all if level.id == level_id.upper()), card.level())


def card_or_404(slug: str) -> Card:
    """Return an exercise.

    Raises:
        HTTPException: 404 when there is no such exercise.
    """
    if slug not in exercise_slugs():
        raise HTTPException(404)
    return exercise(slug)
