"""The medicines diary: a person's own list, when something is due, and what to ask a pharmacist about.

It records and reminds. Nothing here suggests a medicine, an amount or a change; what a person types is kept as
typed and never interpreted (kinds, flags and their sources in content/medicines/).
"""

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from openlumbar.cards import Basis, Code, Text
from openlumbar.care.wall_time import at_wall_time, days_around, falls_within, zone_of
from openlumbar.errors import InputError

Alteration = Literal["started", "raised", "lowered", "stopped"]
Group = Literal["nsaid", "on_skin", "blood_thinner", "not_known"]

LONGEST_NAME = 200
"""Characters of a name or note: what a list on a phone can hold, and more than any packet says."""

LONGEST_PREGNANCY_WEEKS = 45
"""Weeks; more is a slip of the keys."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Examples(_Frozen):
    """Names by which a person finds the kind of theirs, in both languages."""

    en: tuple[str, ...] = Field(min_length=1)
    zh: tuple[str, ...] = Field(min_length=1)


class MedicineKind(_Frozen):
    """One kind of medicine. `masks_pain`: when it is new or more, less pain proves nothing."""

    id: Code
    name: Text
    examples: Examples
    groups: tuple[Group, ...]
    masks_pain: bool
    basis: Basis
    source: str = Field(min_length=1)


class MedicineKinds(_Frozen):
    """The file of kinds."""

    clinician_signoff: str
    kinds: tuple[MedicineKind, ...] = Field(alias="kind", min_length=1)


class ConditionQuestion(_Frozen):
    """A question about the person on which a flag depends; a yes to one of `from_profile` is a yes to it too."""

    id: Code
    ask: Text
    from_profile: tuple[Code, ...] = ()


class Flag(_Frozen):
    """Something to ask a pharmacist or doctor about; all that it names must hold."""

    id: Code
    group: Group | None = None
    each_of: tuple[str, ...] = ()
    at_least: int = Field(ge=1, default=1)
    with_conditions: tuple[Code, ...] = ()
    or_group: Group | None = None
    from_week: int | None = None
    when: Literal["before_massage", "conditions_unknown"] | None = None
    text: Text
    basis: Basis
    source: str = Field(min_length=1)


class FlagRules(_Frozen):
    """The file of flags, and of the questions that they depend on."""

    clinician_signoff: str
    conditions: tuple[ConditionQuestion, ...] = Field(alias="condition", min_length=1)
    flags: tuple[Flag, ...] = Field(alias="flag", min_length=1)

    @model_validator(mode="after")
    def _conditions_are_known(self) -> Self:
        known = {condition.id for condition in self.conditions}
        named = {name for flag in self.flags for name in flag.with_conditions}
        if strangers := named - known:
            raise ValueError(f"a flag names the unknown condition {min(strangers)!r}")
        return self


@dataclass(frozen=True, slots=True)
class Schedule:
    """At which times of day, on which days of the week (Monday 0; none named: every day). No times: when needed."""

    times: tuple[time, ...] = ()
    weekdays: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Refuse days that a week does not have."""
        if strangers := {day for day in self.weekdays if day not in range(7)}:
            raise InputError("day of the week", f"{min(strangers)} is not one", "give 0 for Monday to 6 for Sunday")

    def clocks(self, day: date) -> tuple[time, ...]:
        """Return the times of a day, in order."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return ()
        return tuple(sorted(set(self.times)))


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine of a person's own list; `name` and `taken_as` stay as they were typed.

    Raises:
        InputError: when the name is empty, too long or cannot be written down, or the kind is not known.
    """

    id: str
    name: str
    kind: str
    taken_as: str = ""
    schedule: Schedule = Schedule()
    started_on: date | None = None
    changed: tuple[tuple[date, Alteration], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be listed."""
        if not self.name.strip():
            raise InputError("medicine", "has no name", "write its name as on the packet")
        for thing, typed in (("the name", self.name), ("how it is taken", self.taken_as)):
            if len(typed) > LONGEST_NAME:
                raise InputError(thing, f"is longer than {LONGEST_NAME} characters", "shorten it")
            if any("\ud800" <= letter <= "\udfff" for letter in typed):
                raise InputError(thing, "holds half a character, which cannot be written down", "type it again")
        medicine_kind(self.kind)

    def taken_on(self, day: date) -> bool:
        """Tell whether it is on the list on a day: begun by then, and not stopped on that day or before."""
        if self.started_on is not None and day < self.started_on:
            return False
        return self._last_alteration(day) != "stopped"

    def started_or_raised_on(self, day: date) -> bool:
        """Tell whether a day is one on which it was begun or raised."""
        return day == self.started_on or any((day, change) in self.changed for change in ("started", "raised"))

    def _last_alteration(self, day: date) -> Alteration | None:
        past = [(when, change) for when, change in self.changed if when <= day]
        # max keeps the first of equals, so the list is turned round: of two on a day the later entry holds
        return max(reversed(past), key=lambda entry: entry[0])[1] if past else None


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of one due time: open, taken or skipped, and when that was said.

    Raises:
        InputError: when "taken" or "skipped" lacks its time, "open" has one, or the due time does not say its zone.
    """

    medicine_id: str
    due_at: datetime
    state: Literal["open", "taken", "skipped"] = "open"
    at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a state without its time."""
        if (self.state == "open") != (self.at is None):
            raise InputError("intake", f"is {self.state} at {self.at}", "give the time with taken or skipped only")
        zone_of(self.due_at, "the due time")


@cache
def medicine_kinds() -> tuple[MedicineKind, ...]:
    """Read and validate the kinds that ship."""
    return MedicineKinds.model_validate(_content("classes.toml")).kinds


@cache
def flag_rules() -> FlagRules:
    """Read and validate the flags that ship."""
    return FlagRules.model_validate(_content("flags.toml"))


def medicine_kind(kind_id: str) -> MedicineKind:
    """Return a kind by its id.

    Raises:
        InputError: when there is none.
    """
    for kind in medicine_kinds():
        if kind.id == kind_id:
            return kind
    known = ", ".join(kind.id for kind in medicine_kinds())
    raise InputError(f"kind of medicine {kind_id}", "is not known", f"choose one of {known}")


def flags(
    medicines: Iterable[Medicine],
    conditions: Collection[str] | None,
    weeks_pregnant: int | None,
    before_massage: bool,
    *,
    day: date,
) -> tuple[Flag, ...]:
    """List what to ask about on a day, in the order of the file.

    `conditions` holds the ids that apply; None means never asked. `weeks_pregnant` None with "pregnancy" among
    them counts as far on. A medicine more, or a condition more, never takes a flag away, except that answering
    replaces the flag which says that nobody asked.

    Raises:
        InputError: when a condition is not known, or no pregnancy lasts that long.
    """
    known = {condition.id for condition in flag_rules().conditions}
    if strangers := set(conditions or ()) - known:
        raise InputError(f"condition {min(strangers)}", "is not known", f"choose among {', '.join(sorted(known))}")
    if weeks_pregnant is not None and not 0 <= weeks_pregnant <= LONGEST_PREGNANCY_WEEKS:
        raise InputError("weeks pregnant", f"{weeks_pregnant} cannot be", f"give 0 to {LONGEST_PREGNANCY_WEEKS}")
    facts = _Facts(
        kinds=tuple(medicine_kind(medicine.kind) for medicine in medicines if medicine.taken_on(day)),
        conditions=None if conditions is None else frozenset(conditions),
        weeks_pregnant=weeks_pregnant,
        before_massage=before_massage,
    )
    return tuple(flag for flag in flag_rules().flags if facts.raise_flag(flag))


def due_between(medicine: Medicine, begins: datetime, ends: datetime) -> tuple[datetime, ...]:
    """List the due times from `begins` on and before `ends`, in the zone of `begins`.

    Raises:
        InputError: when a time does not say its zone.
    """
    zone = zone_of(begins, "the beginning")
    zone_of(ends, "the end")
    moments = (
        at_wall_time(day, clock, zone)
        for day in days_around(begins, ends, zone)
        if medicine.taken_on(day)
        for clock in medicine.schedule.clocks(day)
    )
    return tuple(moment for moment in moments if falls_within(moment, begins, ends))


def intakes_between(
    medicine: Medicine, begins: datetime, ends: datetime, recorded: Iterable[Intake] = ()
) -> tuple[Intake, ...]:
    """List what is due in a span, with what was said of it; what nobody spoke of is open, neither taken nor skipped.

    Raises:
        InputError: when a time does not say its zone.
    """
    said = {intake.due_at.timestamp(): intake for intake in recorded if intake.medicine_id == medicine.id}
    due = due_between(medicine, begins, ends)
    return tuple(said.get(due_at.timestamp(), Intake(medicine.id, due_at)) for due_at in due)


def analgesic_started_or_raised(medicines: Iterable[Medicine], day: date) -> bool:
    """Tell whether something that may mask pain was begun or raised on a day: no progression then."""
    return any(medicine.started_or_raised_on(day) for medicine in medicines if medicine_kind(medicine.kind).masks_pain)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the flags are decided on."""

    kinds: tuple[MedicineKind, ...]
    conditions: frozenset[str] | None
    weeks_pregnant: int | None
    before_massage: bool

    def raise_flag(self, flag: Flag) -> bool:
        """Tell whether all that a flag names holds."""
        return self._medicines_hold(flag) and self._person_holds(flag) and self._moment_holds(flag)

    def _medicines_hold(self, flag: Flag) -> bool:
        ids = {kind.id for kind in self.kinds}
        if not set(flag.each_of) <= ids:
            return False
        return flag.group is None or self._count(flag.group) >= flag.at_least

    def _person_holds(self, flag: Flag) -> bool:
        if flag.from_week is not None and not self._pregnant_from(flag.from_week):
            return False
        if not flag.with_conditions:
            return True
        if flag.or_group is not None and self._count(flag.or_group) > 0:
            return True
        return any(self._applies(name) for name in flag.with_conditions)

    def _moment_holds(self, flag: Flag) -> bool:
        if flag.when == "before_massage":
            return self.before_massage
        return flag.when is None or self.conditions is None

    def _applies(self, name: str) -> bool:
        if name == "pregnancy" and self.weeks_pregnant is not None:
            return True
        return name in (self.conditions or ())

    def _pregnant_from(self, week: int) -> bool:
        if self.weeks_pregnant is not None:
            return self.weeks_pregnant >= week
        return "pregnancy" in (self.conditions or ())

    def _count(self, group: Group) -> int:
        return sum(group in kind.groups for kind in self.kinds)


def _content(name: str) -> dict[str, object]:
    return tomllib.loads(files("openlumbar.content").joinpath("medicines", name).read_text(encoding="utf-8"))
