"""What a person fills in about a medicine: kept as typed, so that nothing is lost when something is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, Self

from starlette.datastructures import FormData

from openlumbar.apps.web.forms import clock_in, day_in, text_in, texts_in
from openlumbar.care.medicines import (
    LONGEST_NAME,
    LONGEST_PREGNANCY_WEEKS,
    Alteration,
    Medicine,
    Schedule,
    flag_rules,
    medicine_kinds,
)
from openlumbar.care.safety import NONE

MOST_TIMES = 8
"""Times of a day; more would be a schedule that no list can hold."""

Problem = Literal[
    "name", "name_long", "letters", "kind", "taken_as_long", "when", "times", "time", "weekdays", "since", "since_day",
    "weeks", "missing", "contradictory",
]  # fmt: skip
Problems = Mapping[str, Problem]


@dataclass(frozen=True)
class MedicineForm:
    """The fields as they were sent; `since` is "today", "day" or "long"."""

    name: str = ""
    kind: str = ""
    taken_as: str = ""
    when: str = ""
    times: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    since: str = ""
    since_day: str = ""

    @classmethod
    def read(cls, form: FormData) -> Self:
        """Take the fields out of a form."""
        return cls(
            name=text_in(form, "name"),
            kind=text_in(form, "kind"),
            taken_as=text_in(form, "taken_as"),
            when=text_in(form, "when"),
            times=tuple(filter(None, texts_in(form, "time"))),
            weekdays=texts_in(form, "weekday"),
            since=text_in(form, "since"),
            since_day=text_in(form, "since_day"),
        )

    @classmethod
    def of(cls, medicine: Medicine) -> Self:
        """Fill the fields in with what is on the list."""
        begun = medicine.started_on
        return cls(
            name=medicine.name,
            kind=medicine.kind,
            taken_as=medicine.taken_as,
            when="times" if medicine.schedule.times else "needed",
            times=tuple(f"{clock:%H:%M}" for clock in medicine.schedule.times),
            weekdays=tuple(str(day) for day in sorted(medicine.schedule.weekdays)),
            since="long" if begun is None else "day",
            since_day="" if begun is None else begun.isoformat(),
        )

    def check(self, today: date) -> Problems:
        """Say what is the matter, by field."""
        problems: dict[str, Problem] = {}
        if not self.name:
            problems["name"] = "name"
        problems |= {name: problem for name, typed in self._typed if (problem := _text_problem(name, typed))}
        if self.kind not in {kind.id for kind in medicine_kinds()}:
            problems["kind"] = "kind"
        if self.when not in ("times", "needed"):
            problems["when"] = "when"
        elif self.when == "times" and (problem := self._times_problem()):
            problems["times"] = problem
        if set(self.weekdays) - set("0123456"):
            problems["weekdays"] = "weekdays"
        if self.since not in ("today", "day", "long"):
            problems["since"] = "since"
        elif self.since == "day" and self._begun(today) is None:
            problems["since"] = "since_day"
        return problems

    def medicine(self, medicine_id: str, today: date, changed: tuple[tuple[date, Alteration], ...] = ()) -> Medicine:
        """Return the medicine that the fields describe, once there is no problem with them.

        Raises:
            InputError: when there is.
        """
        at_times = self.when == "times"
        clocks = {clock for typed in self.times if (clock := _clock(typed)) is not None} if at_times else set()
        weekdays = frozenset(map(int, self.weekdays)) if at_times else frozenset[int]()
        schedule = Schedule(tuple(sorted(clocks)), weekdays if len(weekdays) < 7 else frozenset())
        return Medicine(medicine_id, self.name, self.kind, self.taken_as, schedule, self._begun(today), changed)

    @property
    def _typed(self) -> tuple[tuple[str, str], ...]:
        return ("name", self.name), ("taken_as", self.taken_as)

    def _times_problem(self) -> Problem | None:
        if not self.times:
            return "times"
        return "time" if len(self.times) > MOST_TIMES or None in map(_clock, self.times) else None

    def _begun(self, today: date) -> date | None:
        return {"today": today, "day": day_in(self.since_day)}.get(self.since)


@dataclass(frozen=True)
class QuestionsForm:
    """The answers to what the flags depend on, as they were sent."""

    ticked: tuple[str, ...] = ()
    weeks: str = ""

    @classmethod
    def read(cls, form: FormData) -> Self:
        """Take the fields out of a form."""
        return cls(texts_in(form, "applies"), text_in(form, "weeks"))

    @property
    def applies(self) -> frozenset[str]:
        """Return the ids of what was ticked."""
        return frozenset(self.ticked) & {condition.id for condition in flag_rules().conditions}

    @property
    def weeks_pregnant(self) -> int | None:
        """Return the weeks, None where they were left empty."""
        return int(self.weeks) if self.weeks else None

    def check(self) -> Problems:
        """Say what is the matter, by field."""
        problems: dict[str, Problem] = {}
        if not self.applies and NONE not in self.ticked:
            problems["applies"] = "missing"
        elif self.applies and NONE in self.ticked:
            problems["applies"] = "contradictory"
        whole = self.weeks.isascii() and self.weeks.isdigit() and len(self.weeks) <= 2
        if self.weeks and not (whole and int(self.weeks) <= LONGEST_PREGNANCY_WEEKS):
            problems["weeks"] = "weeks"
        return problems


def _clock(text: str) -> time | None:
    found = clock_in(text)
    return None if found is None else found.replace(second=0, microsecond=0)


def _text_problem(name: str, typed: str) -> Problem | None:
    if len(typed) > LONGEST_NAME:
        return "name_long" if name == "name" else "taken_as_long"
    return "letters" if any("\ud800" <= letter <= "\udfff" or ord(letter) < 32 for letter in typed) else None
