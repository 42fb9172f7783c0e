"""The pages in words: all exercises, one of them, what this is; and the language."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from openlumbar.apps.web.deps import Wired
from openlumbar.apps.web.languages import COOKIE, COOKIE_LASTS_S, is_local_path, known_language, language_of
from openlumbar.apps.web.rendering import failure, render
from openlumbar.apps.web.viewer import Own
from openlumbar.cards import Card, exercise, exercise_slugs
from openlumbar.reports.cards_page import CardWords, references
from openlumbar.reports.summary import dose_text, set_text
from openlumbar.reports.words import Words

router = APIRouter(include_in_schema=False)


@router.get("/exercises")
def exercises_page(request: Request, wired: Wired, person: Own) -> Response:
    """List every exercise, and the one that was done last."""
    rows = wired.store.sessions(1, person_id=person)
    last = next((row for row in rows if row.exercise in exercise_slugs()), None)
    return render(
        request,
        "exercises.html",
        cards=[exercise(slug) for slug in exercise_slugs()],
        last=last,
        last_card=exercise(last.exercise) if last else None,
        **words_of(request),
    )


@router.get("/exercises/{slug}")
def exercise_page(request: Request, slug: str) -> Response:
    """Show an exercise in words: how it is done, by whom not, and what that rests on."""
    card = card_or_404(slug)
    evidence = [work for work in references() if work.id in card.evidence]
    return render(request, "exercise.html", card=card, evidence=evidence, **words_of(request))


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
    return {
        "say": CardWords(language),
        "dose_text": lambda level: dose_text(level, words),
        "set_text": lambda level: set_text(level, words),
    }


def card_or_404(slug: str) -> Card:
    """Return an exercise.

    Raises:
        HTTPException: 404 when there is no such exercise.
    """
    if slug not in exercise_slugs():
        raise HTTPException(404)
    return exercise(slug)
