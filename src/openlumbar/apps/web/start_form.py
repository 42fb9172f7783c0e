"""What a person fills in before a set: kept as typed, so that nothing is lost when something is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from openlumbar.cards import Card, Level
from openlumbar.care.pain import Pain
from openlumbar.care.safety import NONE, Decision, group_a, screen
from openlumbar.errors import InputError
from openlumbar.physique import Physique

HEIGHT_COOKIE = "height_cm"
HEIGHT_LASTS_S = 365 * 24 * 3600

_MOST_FIELDS, _LONGEST_FIELD = 64, 2048
_TICKED = {"yes", "none", "on", "true", "1"}
"""What a ticked box may send; anything else beside "none of these" is no clear answer."""

Problem = Literal[
    "level_unknown", "level_locked", "level_by_clock", "sets", "height", "missing", "contradictory", "unknown"
]


@dataclass(frozen=True)
class StartForm:
    """The fields of the form as they were sent."""

    exercise: str
    level: str
    source: str
    sets: str
    height_cm: str
    answers: tuple[str, ...] = ()
    pain_back: str = ""
    pain_leg: str = ""

    @classmethod
    def read(cls, form: FormData) -> Self:
        """Take the fields out of a form; files are no answers."""

        def text(name: str) -> str:
            value = form.get(name)
            return value.strip() if isinstance(value, str) else ""

        asked = {question.id for question in group_a().questions}
        answers = [name for name in form if name in asked]
        if NONE in form:
            clear = set(map(str, form.getlist(NONE))) <= _TICKED
            answers.append(NONE if clear else f"{NONE}?")
        return cls(
            exercise=text("exercise"),
            level=text("level").upper(),
            source=text("source") or "camera",
            sets=text("sets"),
            height_cm=text("height_cm"),
            answers=tuple(answers),
            pain_back=text("pain_back"),
            pain_leg=text("pain_leg"),
        )

    @property
    def decision(self) -> Decision:
        """Return what the answers to the safety questions come to."""
        return screen(self.answers)


@dataclass(frozen=True)
class Checked:
    """What the fields mean as far as they can be used, and what is the matter with the others, by field."""

    level: Level | None
    sets: int
    physique: Physique
    pain: Pain | None
    problems: Mapping[str, Problem] = field(default_factory=dict)


def check(form: StartForm, card: Card) -> Checked:
    """Check every field of a form; who only watches the simulated patient need not tell pain or answer questions."""
    problems: dict[str, Problem] = {}
    level, level_problem = _level(form.level, card)
    if level_problem:
        problems["level"] = level_problem
    sets = _whole(form.sets or "1")
    if sets is None or not 1 <= sets <= max(one.dose.sets_a_day for one in ([level] if level else card.levels)):
        problems["sets"] = "sets"
    try:
        physique = Physique(height_cm=float(form.height_cm.replace(",", ".")) if form.height_cm else None)
    except (ValueError, InputError):
        physique, problems["height_cm"] = Physique(), "height"
    if form.source == "simulated":
        return Checked(_watched_level(card), 1, physique, None, problems)
    if form.decision.problem:
        problems["gate"] = form.decision.problem
    pain = {name: _whole(getattr(form, name)) for name in ("pain_back", "pain_leg")}
    problems |= {name: "missing" for name, value in pain.items() if value is None or not 0 <= value <= 10}
    back, leg = pain["pain_back"], pain["pain_leg"]
    known = back is not None and leg is not None and not {"pain_back", "pain_leg"} & set(problems)
    return Checked(level, sets or 1, physique, Pain(back or 0, leg or 0) if known else None, problems)


async def read_form(request: Request) -> FormData:
    """Read the fields of a small form; files and anything large are refused.

    Raises:
        HTTPException: 400 when the body is no form, or breaks off.
    """
    try:
        return await request.form(max_files=0, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD)
    except (FormParserError, ClientDisconnect, UnicodeError, ValueError):
        raise HTTPException(400) from None


def _level(level_id: str, card: Card) -> tuple[Level | None, Problem | None]:
    """Return a level that may be done, or why it may not."""
    found = next((level for level in card.levels if level.id == (level_id or card.default_level)), None)
    if found is None:
        return None, "level_unknown"
    if found.locked:
        return None, "level_locked"
    return (None, "level_by_clock") if found.by_clock else (found, None)


def _watched_level(card: Card) -> Level:
    """Return the level that the simulated patient does."""
    from openlumbar.pose.simulation.demo import LIVE_DEMO  # needs SciPy, which takes a second to load

    return card.level(LIVE_DEMO[card.slug].level) if card.slug in LIVE_DEMO else card.level()


def _whole(text: str) -> int | None:
    """Read a whole number of one or two plain digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None
