"""Reminders: what is due becomes something that rings, repeats until it is acknowledged, and keeps quiet hours.

Rules and words in content/reminders/. Times are moments with their zone; nothing here reads a clock.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from openlumbar.cards import Basis, Quantity, Text
from openlumbar.care.measure_cards import measure
from openlumbar.care.medicines import Medicine, due_between
from openlumbar.care.outcomes import due
from openlumbar.care.wall_time import at_wall_time, days_around, falls_within, zone_of
from openlumbar.errors import InputError

Kind = Literal["exercise", "medicine", "outcome"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RingRule(_Frozen):
    """How often a reminder rings again, how many times at most, and how long it stays open."""

    every_min: Quantity
    most_repeats: Quantity
    open_for_h: Quantity


class DefaultChoice(_Frozen):
    """What is reminded of, and when it is quiet, as long as a person has not chosen."""

    exercise: bool
    medicine: bool
    outcome: bool
    details: bool
    quiet: tuple[time, time] | None
    basis: Basis
    source: str = Field(min_length=1)


class ReminderRules(_Frozen):
    """The file of reminders."""

    rule: dict[Kind, RingRule]
    outcome_at_h: Quantity
    default: DefaultChoice
    calendar: Text
    title: dict[Kind, Text]
    detail: dict[Kind, Text]
    late: dict[Kind, Text]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Times of day between which nothing rings, the end left out; they may cross midnight.

    Raises:
        InputError: when the two are the same, which could mean never or always.
    """

    begins: time
    ends: time

    def __post_init__(self) -> None:
        """Refuse what could mean two things."""
        if self.begins == self.ends:
            raise InputError("quiet hours", "begin and end at the same time", "give two times, or no quiet hours")

    def cover(self, moment: datetime, zone: tzinfo) -> bool:
        """Tell whether clocks in a zone show a quiet time at a moment."""
        clock = moment.astimezone(zone).time()
        if self.begins < self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends

    def end_after(self, moment: datetime, zone: tzinfo) -> datetime:
        """Return when the quiet time that covers a moment is over; the moment itself when none does."""
        loud, day = moment, moment.astimezone(zone).date()
        while self.cover(loud, zone):
            loud, day = at_wall_time(day, self.ends, zone), day + timedelta(days=1)
            if loud.timestamp() < moment.timestamp():
                loud = moment
        return loud


@dataclass(frozen=True, slots=True)
class ExercisePlan:
    """An exercise's sets, by the times of day at which they are to be done, and the days that are off."""

    exercise: str
    name: Text
    times: tuple[time, ...]
    days_off: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class MeasurePlan:
    """The measures to ask for from the day `since`, each with the day of its last answer (None: never yet).

    `states` is what is known of the person now, as in `outcomes.due`.
    """

    last_days: Mapping[str, date | None]
    since: date
    states: Mapping[str, bool | None] = field(default_factory=dict)

    def asks_on(self, measure_id: str, day: date) -> bool:
        """Tell whether to ask on a day: the first on which the measure is due, and again at its own interval."""
        last_day, every_days = self.last_days[measure_id], measure(measure_id).when.every_days
        first = self.since if last_day is None else last_day + timedelta(days=every_days)
        on_the_beat = day >= first and (day - first).days % every_days == 0
        return on_the_beat and due(measure_id, last_day, day, self.states)


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something that is due at `due_at` and rings from `at` on, every `every_min` minutes, until acknowledged.

    `title` tells nothing about health; `detail` does. `at` is later than `due_at` after quiet hours.
    """

    id: str
    kind: Kind
    title: Text
    detail: Text
    due_at: datetime
    at: datetime
    every_min: int
    max_repeats: int
    open_until: datetime

    @property
    def rings(self) -> tuple[datetime, ...]:
        """Return when it rings, as long as nobody acknowledges it."""
        return tuple(_later(self.at, self.every_min * count) for count in range(self.max_repeats + 1))


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a person said to a reminder, and when.

    Raises:
        InputError: when the time does not say its zone.
    """

    reminder_id: str
    said: Literal["done", "taken", "skipped"]
    at: datetime

    def __post_init__(self) -> None:
        """Refuse a time that could be any."""
        zone_of(self.at, "the time of the answer")


@dataclass(frozen=True, slots=True)
class OpenReminder:
    """A reminder that waits for an answer: how often it rang so far, and when it rings next (None: no more)."""

    reminder: Reminder
    rang: int
    next_ring: datetime | None


@cache
def reminder_rules() -> ReminderRules:
    """Read and validate the rules that ship."""
    text = files("openlumbar.content").joinpath("reminders", "rules.toml").read_text(encoding="utf-8")
    return ReminderRules.model_validate(tomllib.loads(text))


def longest_open_h() -> float:
    """Return how many hours a reminder stays open at most."""
    return max(rule.open_for_h.value for rule in reminder_rules().rule.values())


def reminders_between(
    begins: datetime,
    ends: datetime,
    *,
    exercises: Iterable[ExercisePlan] = (),
    medicines: Iterable[Medicine] = (),
    measures: MeasurePlan | None = None,
    quiet: QuietHours | None = None,
) -> tuple[Reminder, ...]:
    """List the reminders of what is due from `begins` on and before `ends`, in the zone of `begins`, by time.

    The same plan gives the same reminders with the same ids, however the spans are cut. What is due in the quiet
    hours rings when they end, and nothing rings within them.

    Raises:
        InputError: when a time does not say its zone.
    """
    zone_of(begins, "the beginning")
    zone_of(ends, "the end")
    found = [
        *(reminder for plan in exercises for reminder in _of_exercise(plan, begins, ends, quiet)),
        *(reminder for medicine in medicines for reminder in _of_medicine(medicine, begins, ends, quiet)),
        *(_of_measures(measures, begins, ends, quiet) if measures else ()),
    ]
    inside = [reminder for reminder in found if falls_within(reminder.due_at, begins, ends)]
    return tuple(sorted(inside, key=lambda reminder: (reminder.at.timestamp(), reminder.id)))


def open_reminders(
    reminders: Iterable[Reminder], acknowledgements: Iterable[Acknowledgement], now: datetime
) -> tuple[OpenReminder, ...]:
    """List the reminders that have rung by now and that nobody has acknowledged, the oldest first.

    A reminder that was never acknowledged closes by itself at its `open_until`, as neither done nor skipped; so
    `reminders` begin far enough back to hold those that are open still (`longest_open_h`, and the quiet hours).

    Raises:
        InputError: when `now` does not say its zone.
    """
    zone_of(now, "the time now")
    answered = {said.reminder_id for said in acknowledgements if said.at.timestamp() <= now.timestamp()}
    waiting = [
        reminder
        for reminder in reminders
        if reminder.id not in answered and falls_within(now, reminder.at, reminder.open_until)
    ]
    return tuple(_opened(reminder, now) for reminder in sorted(waiting, key=lambda one: (one.at.timestamp(), one.id)))


def _opened(reminder: Reminder, now: datetime) -> OpenReminder:
    ahead = [ring for ring in reminder.rings if ring.timestamp() > now.timestamp()]
    return OpenReminder(reminder, len(reminder.rings) - len(ahead), ahead[0] if ahead else None)


def _of_exercise(plan: ExercisePlan, begins: datetime, ends: datetime, quiet: QuietHours | None) -> list[Reminder]:
    zone = zone_of(begins, "the beginning")
    clocks = sorted(set(plan.times))
    found = []
    for day in days_around(begins, ends, zone):
        for number, clock in enumerate(clocks, 1):
            if day not in plan.days_off:
                words = _filled(reminder_rules().detail["exercise"], plan.name, set=number, sets=len(clocks))
                found.append(_reminder("exercise", plan.exercise, words, at_wall_time(day, clock, zone), quiet))
    return found


def _of_medicine(medicine: Medicine, begins: datetime, ends: datetime, quiet: QuietHours | None) -> list[Reminder]:
    words = _filled(reminder_rules().detail["medicine"], Text(en=medicine.name, zh=medicine.name))
    return [_reminder("medicine", medicine.id, words, due_at, quiet) for due_at in due_between(medicine, begins, ends)]


def _of_measures(plan: MeasurePlan, begins: datetime, ends: datetime, quiet: QuietHours | None) -> list[Reminder]:
    zone = zone_of(begins, "the beginning")
    clock = time(round(reminder_rules().outcome_at_h.value))
    found = []
    for name in plan.last_days:
        words = _filled(reminder_rules().detail["outcome"], measure(name).title)
        days = (day for day in days_around(begins, ends, zone) if plan.asks_on(name, day))
        found += [_reminder("outcome", name, words, at_wall_time(day, clock, zone), quiet) for day in days]
    return found


def _reminder(kind: Kind, subject: str, detail: Text, due_at: datetime, quiet: QuietHours | None) -> Reminder:
    rules, zone = reminder_rules(), zone_of(due_at, "the due time")
    rule = rules.rule[kind]
    at = due_at if quiet is None else quiet.end_after(due_at, zone)
    if at != due_at:
        late = rules.late[kind]
        parts = {"time": f"{due_at:%H:%M}"}
        detail = Text(en=late.en.format(detail=detail.en, **parts), zh=late.zh.format(detail=detail.zh, **parts))
    every_min = round(rule.every_min.value)
    return Reminder(
        id=f"{kind}/{subject}/{due_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        kind=kind,
        title=rules.title[kind],
        detail=detail,
        due_at=due_at,
        at=at,
        every_min=every_min,
        max_repeats=_repeats_outside(at, every_min, round(rule.most_repeats.value), quiet),
        open_until=_later(at, round(60 * rule.open_for_h.value)),
    )


def _repeats_outside(at: datetime, every_min: int, most: int, quiet: QuietHours | None) -> int:
    """Count the repeats before the first that would fall into the quiet hours."""
    if quiet is None:
        return most
    zone = zone_of(at, "the time")
    return next((n - 1 for n in range(1, most + 1) if quiet.cover(_later(at, every_min * n), zone)), most)


def _later(moment: datetime, minutes: int) -> datetime:
    """Return a moment so many minutes on; adding to a clock's time would be wrong where clocks change."""
    return (moment.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(moment.tzinfo)


def _filled(template: Text, name: Text, **numbers: int) -> Text:
    return Text(en=template.en.format(name=name.en, **numbers), zh=template.zh.format(name=name.zh, **numbers))
