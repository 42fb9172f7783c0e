"""What people who may decide have written down: clearances, locks and how they were lifted, unlocked levels.

Each tells by itself whether it holds; whatever is incomplete, from the future or from someone who may not, counts for
nothing. Who may is said in content/safety/gate.toml.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from openlumbar.care.gate_words import gate_words
from openlumbar.errors import InputError

Role = Literal["therapist", "clinician", "person"]
"""Who writes; "person" is the patient, whose own word counts only where nobody else uses the program."""


def require_zone(field: str, moment: datetime | None) -> None:
    """Refuse a moment without a time zone: beside others it would be hours off.

    Raises:
        InputError: when it has none.
    """
    if moment is not None and moment.utcoffset() is None:
        raise InputError(field, f"{moment} has no time zone", "give the time with its offset from UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """A recorded word that one activity is all right in spite of named reasons, up to and including a day.

    `reasons` are ids of conditions or of other reasons of the gate. The patient alone names the `doctor` who gave it
    and the day on which (`examined_on`).
    """

    activity: str
    reasons: frozenset[str]
    by: str
    role: Role
    at: datetime
    expires_on: date
    note: str = ""
    doctor: str = ""
    examined_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse a moment without a time zone."""
        require_zone("clearance", self.at)

    def covers(self, activity: str, reason: str, now: datetime, *, alone: bool, days: int | None = None) -> bool:
        """Tell whether it holds for this very activity and reason now; `days` bounds how long it can hold."""
        given_on = self.at.astimezone(now.tzinfo).date()
        last = self.expires_on if days is None else min(self.expires_on, given_on + timedelta(days=days))
        return (
            (activity, reason) in {(self.activity, each) for each in self.reasons}
            and bool(self.by.strip())
            and self.at <= now
            and now.date() <= last
            and self._was_theirs_to_give(given_on, alone)
        )

    def _was_theirs_to_give(self, given_on: date, alone: bool) -> bool:
        rules = gate_words().clearance
        if self.role != rules.given_alone_by:
            return self.role in rules.given_by
        return alone and bool(self.doctor.strip()) and self.examined_on is not None and self.examined_on <= given_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """An emergency that was reported: nothing begins until somebody who may has lifted it.

    Lifting says who, when and why. The patient alone names the doctor who examined them, and the day: not one before
    the lock.
    """

    reason: str
    since: datetime
    lifted_at: datetime | None = None
    lifted_by: str = ""
    lifted_role: Role | None = None
    lifted_because: str = ""
    doctor: str = ""
    examined_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse moments without a time zone."""
        require_zone("lock", self.since)
        require_zone("lock", self.lifted_at)

    def holds(self, now: datetime, *, alone: bool) -> bool:
        """Tell whether it still locks; a lifting that lacks anything lifts nothing."""
        if self.lifted_at is None or not self.since <= self.lifted_at <= now:
            return True
        if not (self.lifted_by.strip() and self.lifted_because.strip()):
            return True
        rules = gate_words().lock
        if self.lifted_role != rules.lifted_alone_by:
            return self.lifted_role not in rules.lifted_by
        return not (alone and self._was_examined(self.lifted_at, now))

    def _was_examined(self, lifted_at: datetime, now: datetime) -> bool:
        if self.examined_on is None or not self.doctor.strip():
            return False
        first, last = (moment.astimezone(now.tzinfo).date() for moment in (self.since, lifted_at))
        return first <= self.examined_on <= last


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """A locked level that a therapist opened, and why."""

    exercise: str
    level: str
    by: str
    role: Role
    reason: str
    at: datetime

    def __post_init__(self) -> None:
        """Refuse a moment without a time zone."""
        require_zone("unlock", self.at)

    def holds(self, now: datetime) -> bool:
        """Tell whether it was given, with a reason, by who may."""
        named = bool(self.by.strip() and self.reason.strip())
        return named and self.at <= now and self.role in gate_words().unlock.given_by
