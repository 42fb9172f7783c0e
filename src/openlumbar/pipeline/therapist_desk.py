"""What a therapist decides for a person: clearances, unlocked levels, lifted locks, notes; each with who, when and why.

Nothing is ever changed: what is taken back is taken back by a further entry.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openlumbar.cards import exercise, exercise_slugs
from openlumbar.care.permits import Clearance, Unlock
from openlumbar.care.safety_rules import stages
from openlumbar.errors import InputError
from openlumbar.pipeline.care import Clock
from openlumbar.pipeline.care_entries import clearance_data, lifting_data, unlock_data
from openlumbar.pipeline.patient_chart import PatientChart
from openlumbar.records.diary import Diary, DiaryEntry, Draft, EntryKind

TAKEN_BACK: tuple[EntryKind, ...] = ("clearance", "unlock", "lock_lifted", "note")
"""What a therapist wrote and can take back."""

LONGEST_TEXT = 2000
"""Characters of a reason or a note (product: a page of a file)."""

_ROLE: Any = "therapist"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who decides: the account, and the name by which the person knows them."""

    account_id: str
    name: str


class TherapistDesk:
    """Writes a therapist's decisions into a person's diary."""

    def __init__(self, diary: Diary, clock: Clock) -> None:
        """Keep the diary and the clock."""
        self._diary, self._clock = diary, clock

    def chart(self, person_id: str) -> PatientChart:
        """Return a person's chart as of now."""
        return PatientChart(self._diary.read(person_id), self._clock(), False)

    def clear(
        self, person_id: str, who: Signature, slug: str, reasons: Collection[str], expires_on: date | None, note: str
    ) -> DiaryEntry:
        """Allow an exercise in spite of named reasons, up to and including a day.

        Raises:
            InputError: when the gate does not name these reasons now, or the day is missing or over.
        """
        now = self._clock()
        asked = {reason.id for reason in self.chart(person_id).clearable(slug)}
        if not reasons or not set(reasons) <= asked:
            raise InputError("reason", "is not one that the exercise waits for", "tick at least one of those shown")
        if expires_on is None or expires_on < now.date():
            raise InputError("expires on", "is missing or over", "give today or a later day")
        clearance = Clearance(
            activity=slug, reasons=frozenset(reasons), by=who.name, role=_ROLE, at=now, expires_on=expires_on,
            note=_plain(note),
        )  # fmt: skip
        return self._write(person_id, who, "clearance", clearance_data(clearance), now)

    def unlock(self, person_id: str, who: Signature, slug: str, level: str, reason: str) -> DiaryEntry:
        """Open a locked level to a person.

        Raises:
            InputError: when it is no locked level, or no reason is given.
        """
        now = self._clock()
        if (slug, level) not in locked_levels():
            raise InputError("level", "is not a locked one", "choose one of those shown")
        unlock = Unlock(exercise=slug, level=level, by=who.name, role=_ROLE, reason=_said(reason), at=now)
        return self._write(person_id, who, "unlock", unlock_data(unlock), now)

    def lift(self, person_id: str, who: Signature, number: int, because: str) -> DiaryEntry:
        """Lift a lock.

        Raises:
            InputError: when there is no such lock that holds, or no reason is given.
        """
        now = self._clock()
        if number not in {written.number for written in self.chart(person_id).holding_locks}:
            raise InputError("lock", "is not there, or was lifted already", "look at the page again")
        data = lifting_data(number, by=who.name, role=_ROLE, because=_said(because), at=now)
        return self._write(person_id, who, "lock_lifted", data, now)

    def note(self, person_id: str, who: Signature, text: str) -> DiaryEntry:
        """Write a note.

        Raises:
            InputError: when it is empty or too long.
        """
        return self._write(person_id, who, "note", {"text": _said(text)}, self._clock())

    def take_back(self, person_id: str, who: Signature, number: int) -> bool:
        """Take back what a therapist wrote; tell whether there was such an entry."""
        found = [entry for entry in self._diary.read(person_id, TAKEN_BACK) if entry.number == number]
        if not found or found[0].by is None:
            return False
        return self._diary.withdraw(person_id, number, self._clock(), who.account_id)

    def _write(
        self, person_id: str, who: Signature, kind: EntryKind, data: Mapping[str, Any], now: datetime
    ) -> DiaryEntry:
        return self._diary.write(person_id, Draft(kind, data, now.date(), now, who.account_id))[0]


def locked_levels() -> tuple[tuple[str, str], ...]:
    """Return every exercise and level that only an unlock opens, at some stage at least."""
    unlockable = {level for stage in stages().stages for level in stage.unlock}
    return tuple(
        (slug, level.id)
        for slug in exercise_slugs()
        for level in exercise(slug).levels
        if level.locked and level.id in unlockable
    )


def _said(text: str) -> str:
    if not (said := _plain(text)):
        raise InputError("reason", "is missing", "say why")
    return said


def _plain(text: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if len(said) > LONGEST_TEXT:
        raise InputError("text", f"is longer than {LONGEST_TEXT} characters", "shorten it")
    return said
