"""What the coach is to lead a person through, and what it says back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from openlumbar.cards import Card, Language, Level, exercise
from openlumbar.care.load_limits import load_limit
from openlumbar.care.pain import Pain
from openlumbar.care.programme import Prescription
from openlumbar.coaching.rules import Stage

Tone = Literal["count", "hold_start", "hold_end", "correction", "stop", "ready", "done", "tick"]


@dataclass(frozen=True)
class Plan:
    """An exercise at a level, so many sets in a row, for a person with the pain they had before.

    `load_limit` is the most load on the disc that the person's stage allows, as a multiple of quiet standing.
    """

    card: Card
    level: Level
    sets: int
    language: Language
    pain_before: Pain = field(default_factory=lambda: Pain(0, 0))
    load_limit: float = field(default_factory=lambda: load_limit(None))

    @property
    def is_two_sided(self) -> bool:
        """Tell whether the exercise swings to two sides."""
        return self.card.drive.rest == "middle"


def prescribed(level: Level, repetitions: int | None = None, hold_s: float | None = None) -> Level:
    """Return a level with the dose that was prescribed of it in place of its own; None keeps the level's."""
    changes = {"repetitions": repetitions, "hold_s": hold_s}
    given = {name: value for name, value in changes.items() if value is not None}
    return level.model_copy(update={"dose": level.dose.model_copy(update=given)}) if given else level


def level_of(dose: Prescription) -> Level:
    """Return the level of a prescription with its dose; of a day off, with the level's own repetitions."""
    return prescribed(exercise(dose.exercise).level(dose.level), dose.repetitions or None, dose.hold_s)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something discrete that happened: for the page to show, sound and say, and for the record.

    `kind` and the fields in `data` are those of the live protocol.
    """

    kind: str
    time_s: float
    tone: Tone | None = None
    say: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Score:
    """Where a session stands; every field is in the record, so that a restarted server goes on from it.

    Times are in seconds of the frames' clock. `count`, `left`, `right` and `load_peak` (a multiple of quiet standing)
    are of the set under way, `counted` of the whole session. `final` means that the person is not to go on today.
    """

    stage: Stage = "frame"
    reason: str | None = None
    set: int = 1
    count: int = 0
    left: int = 0
    right: int = 0
    seen: int = 0
    counted: int = 0
    stops: int = 0
    final: bool = False
    back: int | None = None
    leg: int | None = None
    zone: str | None = None
    since_s: float = 0.0
    clock_ends_s: float | None = None
    exercised_s: float = 0.0
    last_repetition_s: float = 0.0
    load_peak: float = 0.0


SCORE_FIELDS = tuple(one.name for one in fields(Score))
"""What a score is made of; all of it plain values."""
