"""What a dose follows from: the facts of a person, where they stand in an exercise, and what a therapist opened."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from openlumbar.care.gate_words import gate_words
from openlumbar.errors import InputError
from openlumbar.physique import Physique, Sex

Activity = Literal["inactive", "active"]

_LOWEST: dict[str, float] = {"age_years": 0, "height_cm": 1, "weight_kg": 1, "curl_up_max": 0}


@dataclass(frozen=True, slots=True)
class DoseFacts:
    """What a dose follows from; None is not known and never makes a dose larger.

    `curl_up_max` is the largest number of slow, pain-free curl-ups (the test stops at the card's limit).

    Raises:
        InputError: when a number cannot be one of a person.
    """

    age_years: float | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    sex: Sex | None = None
    activity: Activity | None = None
    curl_up_max: int | None = None
    days_since_onset: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be; `not >=` also catches a value that is not a number."""
        for field, lowest in _LOWEST.items():
            value = getattr(self, field)
            if value is not None and not value >= lowest:
                problem = f"{value:g} is below {lowest:g}"
                raise InputError(field.replace("_", " "), problem, "correct it, or leave it out")

    @property
    def bmi(self) -> float | None:
        """Return the body-mass index, kg/m²."""
        if self.height_cm is None or self.weight_kg is None:
            return None
        return self.weight_kg / (self.height_cm / 100) ** 2

    @property
    def physique(self) -> Physique:
        """Return what is known of the body."""
        return Physique(self.height_cm, self.weight_kg, self.sex, self.age_years)


@dataclass(frozen=True, slots=True)
class ExerciseState:
    """Where a person stands in one exercise.

    `raises` counts the "+10 %" at this level. `level_since` is the day from which green days count towards the next
    step, `sets_since` the day of the last change of the sets a day. Until `rest_until` (the first day to go on) there
    is a rest. `red_on` is the last red day that has been acted on, `missed_steps` how far the present gap has been.
    """

    exercise: str
    level: str
    started: date
    sets_a_day: int = 1
    raises: int = 0
    level_since: date | None = None
    sets_since: date | None = None
    rest_until: date | None = None
    red_on: date | None = None
    missed_steps: int = 0

    def __post_init__(self) -> None:
        """Refuse a dose that is none.

        Raises:
            InputError: when sets, raises or missed steps are out of range.
        """
        if self.sets_a_day < 1 or self.raises < 0 or self.missed_steps < 0:
            problem = f"{self.sets_a_day} sets, {self.raises} raises, {self.missed_steps} missed steps"
            raise InputError(f"state of {self.exercise}", problem, "give at least one set, and nothing below zero")

    @property
    def counts_from(self) -> date:
        """Return the day from which green days count."""
        return self.level_since or self.started

    @property
    def sets_from(self) -> date:
        """Return the day from which the sets a day have been what they are."""
        return self.sets_since or self.started


@dataclass(frozen=True, slots=True)
class Unlock:
    """The word of who may open levels (content/safety/gate.toml, unlock) that one person may do a locked level.

    Raises:
        InputError: when it is nobody's who may, or has no name or no reason.
    """

    exercise: str
    level: str
    by: str
    role: str
    reason: str
    at: datetime

    def __post_init__(self) -> None:
        """Refuse what opens nothing."""
        if self.role not in gate_words().unlock.given_by:
            raise InputError("unlock", f"the role {self.role!r} may not open a level", "ask a therapist")
        for field, value in (("by", self.by), ("reason", self.reason)):
            if not value.strip():
                raise InputError("unlock", f"{field!r} is empty", "say who opens the level, and why")

    def opens(self, exercise: str, day: date) -> bool:
        """Tell whether it holds for this exercise on this day."""
        return self.exercise == exercise and self.at.date() <= day
