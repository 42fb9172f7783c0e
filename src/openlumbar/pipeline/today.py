"""What a person sees of today: where they stand, what to do next, what was done, how the week went."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Literal

from openlumbar.care.adherence import Adherence, Streak, adherence, adherence_rules, streak
from openlumbar.care.clinician_flags import Flag, flags
from openlumbar.care.day_record import DayRecord
from openlumbar.care.dose_rules import dose_rules
from openlumbar.care.gate import Reason
from openlumbar.care.pain import DayZone, DayZoneName, day_zone
from openlumbar.care.profile import Profile
from openlumbar.care.safety_rules import stages
from openlumbar.care.set_rules import set_rules
from openlumbar.pipeline.care_facts import outcomes_in, woke_at_in
from openlumbar.pipeline.day_history import rest_days
from openlumbar.pipeline.patient_chart import ExerciseDay, PatientChart
from openlumbar.records.diary import DiaryEntry

State = Literal["first", "locked", "incomplete", "clinician", "blocked", "ready", "wait", "rest", "done"]
"""What the page is about; "wait": the next set is of an exercise that waits for an hour after waking."""

DayMark = Literal["done", "part", "rest", "free", "none"]
"""What became of a day's sets; "free": something was planned and not done, "none": nothing was planned."""

_HELD: tuple[Literal["incomplete", "clinician", "blocked"], ...] = ("incomplete", "clinician", "blocked")


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A day of the last seven."""

    day: date
    mark: DayMark
    zone: DayZoneName | None
    done: int
    prescribed: int


@dataclass(frozen=True)
class Today:
    """The page of today, worked out of a chart."""

    chart: PatientChart

    @cached_property
    def state(self) -> State:
        """Name what the page is about."""
        outcomes = {each.gate.outcome for each in self.chart.exercises}
        if "emergency" in outcomes:
            return "locked"
        if self.chart.profile == Profile():
            return "first"
        if not any(each.gate.passed for each in self.chart.exercises):
            return next(held for held in _HELD if held in outcomes)
        if self.following is not None:
            return "wait" if self.following.wait_until else "ready"
        return "done" if any(each.done for each in self.open) else "rest"

    @property
    def open(self) -> tuple[ExerciseDay, ...]:
        """Return the exercises that may be done at present."""
        return tuple(each for each in self.chart.exercises if each.gate.passed)

    @property
    def closed(self) -> tuple[ExerciseDay, ...]:
        """Return the exercises that may not."""
        return tuple(each for each in self.chart.exercises if not each.gate.passed)

    @property
    def held_by(self) -> tuple[Reason, ...]:
        """Return why nothing may be done: each reason that is as strict as the page's state, once."""
        found = {reason.id: reason for each in self.chart.exercises for reason in each.gate.reasons}
        return tuple(reason for reason in found.values() if reason.outcome == self.state)

    @cached_property
    def following(self) -> ExerciseDay | None:
        """Return the exercise of the next set: what need not wait, then what is due first."""
        left = [each for each in self.open if each.left]
        order = {each.slug: place for place, each in enumerate(left)}
        return min(
            left,
            key=lambda each: (each.wait_until is not None, each.next_time or time.max, order[each.slug]),
            default=None,
        )

    @property
    def rest_ends(self) -> datetime | None:
        """Return when the rest after the last set is over; None when it is."""
        sets = self.chart.sets_today
        if not sets:
            return None
        ends = sets[-1].at.astimezone(self.chart.now.tzinfo) + timedelta(seconds=dose_rules().sets.rest_s.value)
        return ends if ends > self.chart.now else None

    @property
    def rest_until(self) -> date | None:
        """Return the first day to go on, when today is a day off."""
        found = [each.state.rest_until for each in self.open if each.state.rest_until]
        return max((day for day in found if day > self.chart.today), default=None)

    @cached_property
    def zone_day(self) -> DayRecord | None:
        """Return the newest day with any word on pain."""
        told = (record for record in reversed(self.chart.history) if _has_pain(record))
        return next(told, None)

    @cached_property
    def zone(self) -> DayZone | None:
        """Return that day's zone; None when nothing has been said yet."""
        return day_zone(self.zone_day.pain) if self.zone_day else None

    @property
    def next_days(self) -> tuple[DayRecord, ...]:
        """Return the last days with a set whose pain a day later was not told, the newest first."""
        return next_days(self.chart)

    @property
    def asks_painkiller(self) -> bool:
        """Tell whether the daily question is open."""
        return self.chart.history[-1].analgesic_started_or_raised is None

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Return what a clinician should look at."""
        chart = self.chart
        return flags(chart.history, chart.today, outcomes_in(chart.entries))

    @cached_property
    def days_off(self) -> frozenset[date]:
        """Return the days on which nothing was asked of any exercise: days off, and days on which all was closed."""
        asked: dict[date, dict[str, int]] = defaultdict(dict)
        for entry in self.chart.entries:
            if entry.kind == "programme":
                asked[entry.day][entry.data["exercise"]] = entry.data["sets"]
        closed = frozenset(day for day, sets in asked.items() if not any(sets.values()))
        rests = rest_days(self.chart.entries, self.chart.today)
        return closed | frozenset.intersection(*rests.values()) if rests else closed

    @property
    def streak(self) -> Streak:
        """Return the days with a set."""
        return streak(self.chart.history, self.chart.today, rest_days=self.days_off)

    @property
    def adherence(self) -> Adherence:
        """Return the share of the week's sets that were done."""
        days = int(adherence_rules().week_days.value)
        return adherence(self.chart.history, self.chart.today, days, rest_days=self.days_off)

    @property
    def week(self) -> tuple[WeekDay, ...]:
        """Return the last seven days, today the last."""
        by_day = {record.day: record for record in self.chart.history}
        count = int(adherence_rules().week_days.value)
        days = (self.chart.today - timedelta(days=back) for back in reversed(range(count)))
        begun = min(by_day)
        return tuple(self._week_day(day, by_day.get(day), day > begun) for day in days)

    def _week_day(self, day: date, record: DayRecord | None, has_begun: bool) -> WeekDay:
        is_today = day == self.chart.today
        prescribed = sum(each.dose.sets_a_day for each in self.open) if is_today else 0
        done = 0
        if record is not None:
            prescribed = max(prescribed, sum(work.prescribed for work in record.work.values()))
            done = sum(work.done for work in record.work.values())
        zone = day_zone(record.pain).zone if record is not None and _has_pain(record) else None
        mark = _mark(done, prescribed, is_off=day in self.days_off, is_planned=has_begun and not is_today)
        return WeekDay(day, mark, zone, done, prescribed)


def _mark(done: int, prescribed: int, *, is_off: bool, is_planned: bool) -> DayMark:
    if done:
        return "done" if done >= prescribed else "part"
    if is_off:
        return "rest"
    return "free" if is_planned or prescribed else "none"


def next_days(chart: PatientChart) -> tuple[DayRecord, ...]:
    """Return the last days with a set whose pain a day later was not told, the newest first."""
    trained = {entry.day for entry in chart.entries if entry.kind == "set"}
    first = chart.today - timedelta(days=int(set_rules().ask_about.value))
    return tuple(
        record
        for record in reversed(chart.history)
        if first <= record.day < chart.today and record.day in trained and record.pain.next_day is None
    )


def asks_waking(chart: PatientChart, slug: str) -> bool:
    """Tell whether an exercise needs to know when the person woke, and nothing says so."""
    if slug not in stages().morning.activities or chart.profile.wakes_at is not None:
        return False
    return woke_at_in(chart.entries, chart.now) is None


def sets_of_session(chart: PatientChart, session: str) -> Sequence[DiaryEntry]:
    """Return the sets of a session that the diary holds."""
    return [entry for entry in chart.entries if entry.kind == "set" and entry.data.get("session") == session]


def _has_pain(record: DayRecord) -> bool:
    pain = record.pain
    return any(told is not None for told in (pain.before, pain.during, pain.after, pain.next_day))
