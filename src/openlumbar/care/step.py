"""A step of the dose, and the case that it is decided on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from openlumbar.cards import Card, Level, Text
from openlumbar.care.clinician_flags import Flag
from openlumbar.care.day_record import DayRecord
from openlumbar.care.dose_state import DoseFacts, ExerciseState
from openlumbar.care.pain import DayZoneName, day_zone
from openlumbar.care.progression_rules import Reason, progression_rules
from openlumbar.care.wording import fill

Change = Literal["+level", "+10%", "+set", "hold", "-set", "-level", "rest 48 h", "restart"]


@dataclass(frozen=True, slots=True)
class Step:
    """What follows for one exercise: the new state, the change, why, and the numbers that the sentence uses.

    `zone` is that of the newest day with a record; "open" when there is none.
    """

    state: ExerciseState
    change: Change
    zone: DayZoneName
    reason: Reason
    why: Text
    numbers: Mapping[str, object] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Case:
    """One exercise of one person today: what is known, what is open (gentlest first), why the load holds it back."""

    card: Card
    records: tuple[DayRecord, ...]
    state: ExerciseState
    today: date
    facts: DoseFacts
    allowed: tuple[Level, ...]
    level: Level
    held: Text | None = None

    @property
    def of_today(self) -> DayRecord | None:
        """Return today's record."""
        return self.records[-1] if self.records and self.records[-1].day == self.today else None

    def step(self, change: Change, reason: Reason, state: ExerciseState | None = None, **numbers: object) -> Step:
        """Make a step with its sentence."""
        zone = day_zone(self.records[-1].pain).zone if self.records else "open"
        why = fill(progression_rules().why[reason], **numbers)
        return Step(state or self.state, change, zone, reason, why, numbers)
