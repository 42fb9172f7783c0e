"""Reminders from a person's entries: what they chose, what is open, and what their answers come to.

A word on a medicine's due time is an intake, whether it was said on the list or to the reminder; a set that was done
closes the reminder it was due by; a measure that was answered is not asked for again before it is due again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any, Literal

from openlumbar.cards import Text
from openlumbar.care.measure_cards import measure
from openlumbar.care.reminders import (
    Acknowledgement,
    ExercisePlan,
    Kind,
    MeasurePlan,
    OpenReminder,
    QuietHours,
    Reminder,
    longest_open_h,
    open_reminders,
    reminder_rules,
    reminders_between,
)
from openlumbar.errors import InputError
from openlumbar.pipeline.medicine_list import day_span, intake_data, intakes, listed
from openlumbar.pipeline.outcome_history import courses, states_on
from openlumbar.records.diary import DiaryEntry, EntryKind

KINDS: tuple[EntryKind, ...] = ("medicine", "intake", "outcome", "reminders", "acknowledgement", "set", "profile")
"""The kinds of entry that reminders rest on."""

Said = Literal["done", "taken", "skipped"]

ANSWERS: Mapping[Kind, tuple[Said, ...]] = {
    "exercise": ("done", "skipped"),
    "medicine": ("taken", "skipped"),
    "outcome": ("skipped",),
}
"""What may be said to a reminder; a measure is done by answering it."""

FEED_DAYS = 14
"""How far ahead a calendar is told: further than most people plan, and the dose changes by then."""

QUIET_AT_MOST = timedelta(days=1)
"""By how much quiet hours may put a reminder off."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose to be reminded of; `details` tells names to whoever sees the calendar or the screen."""

    exercise: bool
    medicine: bool
    outcome: bool
    details: bool
    quiet: QuietHours | None

    def includes(self, kind: Kind) -> bool:
        """Tell whether a kind of reminder was chosen."""
        return {"exercise": self.exercise, "medicine": self.medicine, "outcome": self.outcome}[kind]


@dataclass(frozen=True, slots=True)
class AnsweredReminder:
    """A reminder of today to which something was said; one that a set closed has no word to be taken back."""

    reminder: Reminder
    said: Said
    can_be_undone: bool


@dataclass(frozen=True)
class Reminding:
    """A person's reminders at a moment; `plans` are the times of today's exercises."""

    entries: Collection[DiaryEntry]
    plans: tuple[ExercisePlan, ...]
    now: datetime

    @cached_property
    def choice(self) -> Choice:
        """Return what the person chose last, else what holds by default."""
        return choice_in(self.entries)

    @cached_property
    def measures(self) -> MeasurePlan:
        """Return the measures to ask for."""
        return measure_plan(self.entries, self.now.date())

    def between(self, begins: datetime, ends: datetime) -> tuple[Reminder, ...]:
        """List the reminders of what is due in a span, answered or not."""
        choice = self.choice
        return reminders_between(
            begins,
            ends,
            exercises=self.plans if choice.exercise else (),
            medicines=listed(self.entries) if choice.medicine else (),
            measures=self.measures if choice.outcome else None,
            quiet=choice.quiet,
        )

    def open(self) -> tuple[OpenReminder, ...]:
        """List what has rung by now and waits for an answer, the oldest first."""
        recent = self._recent()
        return open_reminders(recent, self._answers(recent), self.now)

    def coming(self, ends: datetime) -> tuple[Reminder, ...]:
        """List what rings from now on and before an end, and was not answered in advance."""
        found = self.between(day_span(self.now)[0] - QUIET_AT_MOST, ends)
        answered = {said.reminder_id for said in self._answers(found)}
        return tuple(each for each in found if each.at > self.now and each.id not in answered)

    def answered_today(self) -> tuple[AnsweredReminder, ...]:
        """List the reminders that are due today and were answered, each with what was said."""
        found = self.between(*day_span(self.now))
        said = {answer.reminder_id: answer.said for answer in self._answers(found)}
        return tuple(
            AnsweredReminder(each, said[each.id], each.kind == "medicine" or self.written_answer(each.id) is not None)
            for each in found
            if each.id in said
        )

    def for_feed(self) -> tuple[Reminder, ...]:
        """List the reminders for a calendar: today's and the next days', as far as they are not answered."""
        begins, _ = day_span(self.now)
        found = self.between(begins, begins + timedelta(days=FEED_DAYS))
        answered = {said.reminder_id for said in self._answers(found)}
        return gathered(each for each in found if each.id not in answered)

    def find(self, reminder_id: str) -> Reminder | None:
        """Return a reminder of the last days or of today by its id."""
        return next((each for each in self._recent() if each.id == reminder_id), None)

    def answer(self, reminder_id: str, said: str) -> tuple[Literal["intake", "acknowledgement"], dict[str, Any]] | None:
        """Return what to write down when a person answers; None: they had said the same already.

        Raises:
            InputError: when there is no such reminder, or it cannot be answered so.
        """
        reminder = self.find(reminder_id)
        if reminder is None:
            raise InputError("reminder", "is not open any more", "open the list of reminders again")
        if said not in ANSWERS[reminder.kind]:
            raise InputError("answer", "does not fit this reminder", "choose one of the buttons beside it")
        if any(each.reminder_id == reminder_id and each.said == said for each in self._answers([reminder])):
            return None
        if reminder.kind == "medicine":
            return "intake", intake_data(_subject(reminder), reminder.due_at, said)
        return "acknowledgement", {"reminder": reminder_id, "said": said}

    def written_answer(self, reminder_id: str) -> int | None:
        """Return the number of the entry with the last answer to a reminder; None: no entry of its own says so."""
        numbers = [
            entry.number
            for entry in self.entries
            if entry.kind == "acknowledgement" and entry.data["reminder"] == reminder_id
        ]
        return numbers[-1] if numbers else None

    def _recent(self) -> tuple[Reminder, ...]:
        begins, ends = day_span(self.now)
        return self.between(begins - QUIET_AT_MOST - timedelta(hours=longest_open_h()), ends)

    def _answers(self, reminders: Collection[Reminder]) -> tuple[Acknowledgement, ...]:
        return answers_to(reminders, self.entries)


# ---------------------------------------------------------------------------------------------------------- the choice


def choice_in(entries: Iterable[DiaryEntry]) -> Choice:
    """Return what was chosen last, else what holds by default."""
    chosen = [entry.data for entry in entries if entry.kind == "reminders"]
    if not chosen:
        usual = reminder_rules().default
        return Choice(usual.exercise, usual.medicine, usual.outcome, usual.details, _quiet(usual.quiet))
    data = chosen[-1]
    quiet = data["quiet"] and (time.fromisoformat(data["quiet"][0]), time.fromisoformat(data["quiet"][1]))
    return Choice(data["exercise"], data["medicine"], data["outcome"], data["details"], _quiet(quiet))


def choice_data(choice: Choice) -> dict[str, Any]:
    """Write a choice as an entry's data."""
    quiet = choice.quiet
    return {
        "exercise": choice.exercise,
        "medicine": choice.medicine,
        "outcome": choice.outcome,
        "details": choice.details,
        "quiet": None if quiet is None else [f"{quiet.begins:%H:%M}", f"{quiet.ends:%H:%M}"],
    }


def _quiet(span: tuple[time, time] | None) -> QuietHours | None:
    return None if span is None else QuietHours(*span)


# --------------------------------------------------------------------------------------------------------- the answers


def answers_to(reminders: Iterable[Reminder], entries: Collection[DiaryEntry]) -> tuple[Acknowledgement, ...]:
    """Return what was said to reminders: by intakes, by acknowledgements, and by sets that were done.

    A set closes the earliest reminder of its exercise and day that has not closed by itself and that nothing was said
    to; one that was said to be done without the coach has had its set.
    """
    reminders = list(reminders)
    known = {reminder.id: reminder for reminder in reminders}
    found = {
        entry.data["reminder"]: Acknowledgement(entry.data["reminder"], entry.data["said"], entry.at)
        for entry in entries
        if entry.kind == "acknowledgement" and entry.data["reminder"] in known
    }
    found = {name: said for name, said in found.items() if known[name].kind != "medicine"}
    said_of = {(each.medicine_id, each.due_at.timestamp()): each for each in intakes(entries) if each.at is not None}
    for reminder in reminders:
        if reminder.kind == "medicine" and (key := (_subject(reminder), reminder.due_at.timestamp())) in said_of:
            intake = said_of[key]
            assert intake.state != "open"  # open has no time  # noqa: S101
            assert intake.at is not None  # noqa: S101
            found[reminder.id] = Acknowledgement(reminder.id, intake.state, intake.at)
    return (*found.values(), *_by_sets(reminders, entries, found))


def _by_sets(
    reminders: Iterable[Reminder], entries: Collection[DiaryEntry], answered: Mapping[str, Acknowledgement]
) -> list[Acknowledgement]:
    sets: dict[tuple[str, date], list[datetime]] = {}
    for entry in entries:
        if entry.kind == "set":
            sets.setdefault((entry.data["exercise"], entry.day), []).append(entry.at)
    due = [reminder for reminder in reminders if reminder.kind == "exercise"]
    closed = []
    for place, group in groupby(sorted(due, key=_place), key=_place_of_day):
        of_day = list(group)
        done = [each.id in answered and answered[each.id].said == "done" for each in of_day].count(True)
        waiting = [each for each in of_day if each.id not in answered]
        for moment in sorted(sets.get(place, []))[done:]:
            met = next((each for each in waiting if moment < each.open_until), None)
            if met is not None:
                waiting.remove(met)
                closed.append(Acknowledgement(met.id, "done", moment))
    return closed


def _place(reminder: Reminder) -> tuple[str, date, float]:
    return (*_place_of_day(reminder), reminder.due_at.timestamp())


def _place_of_day(reminder: Reminder) -> tuple[str, date]:
    return _subject(reminder), reminder.due_at.date()


def _subject(reminder: Reminder) -> str:
    """Return the exercise, medicine or measure that a reminder is about."""
    return reminder.id.split("/")[1]


# -------------------------------------------------------------------------------------------------------- the measures


def measure_plan(entries: Collection[DiaryEntry], today: date) -> MeasurePlan:
    """Return the measures to ask a person for: not what others measure, nor forms of which only a total is kept.

    Such a form is asked for once it was entered for the first time. Asking begins on the first day that the person
    wrote anything down.
    """
    asked = (one for one in courses(entries) if one.card.filled_in_by == "patient")
    last_days = {
        one.card.id: one.last.day if one.last else None for one in asked if one.card.licence.items_ship or one.last
    }
    first = min((entry.at.date() for entry in entries), default=today)
    return MeasurePlan(last_days, min(first, today), states_on(entries, today))


def gathered(reminders: Iterable[Reminder]) -> tuple[Reminder, ...]:
    """Make one reminder of the measures that ring at the same time: nobody wants six bells at six o'clock."""
    found: list[Reminder] = []
    for (kind, _), group in groupby(reminders, key=lambda each: (each.kind, each.at.timestamp())):
        of_time = list(group)
        found += [_together(of_time)] if kind == "outcome" else of_time
    return tuple(found)


def _together(reminders: list[Reminder]) -> Reminder:
    titles, words = [measure(_subject(each)).title for each in reminders], reminder_rules().detail["outcome"]
    names = Text(en=", ".join(title.en for title in titles), zh="、".join(title.zh for title in titles))
    return replace(reminders[0], detail=Text(en=words.en.format(name=names.en), zh=words.zh.format(name=names.zh)))
