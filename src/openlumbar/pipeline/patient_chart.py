"""A person's chart at one moment: their diary, what it comes to, and the plan of the day for each exercise. Pure.

Nothing is written here: a page that is only looked at decides in memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from openlumbar.cards import Text, exercise_slugs
from openlumbar.care.day_record import DayRecord
from openlumbar.care.dose_state import DoseFacts, ExerciseState
from openlumbar.care.dose_state import Unlock as DoseUnlock
from openlumbar.care.gate import GateDecision, GateFacts, Reason, decide
from openlumbar.care.pain import DayPain
from openlumbar.care.profile import Profile
from openlumbar.care.programme import Prescription, begin, prescribe
from openlumbar.care.progression import Step
from openlumbar.care.progression import decide as decide_step
from openlumbar.pipeline.care_entries import state_data, state_of, text_of
from openlumbar.pipeline.care_facts import (
    WrittenLock,
    dose_facts,
    dose_unlocks,
    gate_facts,
    locks_in,
    profile_in,
    standing,
    unlocks_in,
)
from openlumbar.pipeline.day_history import day_records, sets_done
from openlumbar.records.diary import DiaryEntry


@dataclass(frozen=True, slots=True)
class ExerciseDay:
    """One exercise on one day.

    `gate` is the standing decision, as if the questions before a set were answered well. `change` and `why` are those
    of the day's step, None on the day on which the exercise begins. `wait_until` is when it may begin after waking.
    `programme` is what the diary should hold of it today, None when it holds just that.
    """

    slug: str
    gate: GateDecision
    state: ExerciseState
    dose: Prescription
    done: int
    change: str | None
    why: Text | None
    wait_until: datetime | None
    programme: Mapping[str, Any] | None

    @property
    def left(self) -> int:
        """Return the sets that are left today."""
        return max(self.dose.sets_a_day - self.done, 0) if self.gate.passed else 0

    @property
    def next_time(self) -> time | None:
        """Return when the next set is suggested."""
        return self.dose.times_of_day[self.done] if self.done < len(self.dose.times_of_day) else None


@dataclass(frozen=True)
class PatientChart:
    """A person's diary as of now; `alone`: nobody else uses the program for them."""

    entries: tuple[DiaryEntry, ...]
    now: datetime
    alone: bool

    @property
    def today(self) -> date:
        """Return the person's own day."""
        return self.now.date()

    @cached_property
    def profile(self) -> Profile:
        """Return the person's answers."""
        return profile_in(self.entries)

    @cached_property
    def history(self) -> tuple[DayRecord, ...]:
        """Return the days so far, today the last."""
        return day_records(self.entries, self.today)

    @cached_property
    def facts(self) -> GateFacts:
        """Return what the gate decides on for a set that begins now."""
        return gate_facts(self.entries, self.history, self.now, alone=self.alone)

    @cached_property
    def dose_facts(self) -> DoseFacts:
        """Return what a dose follows from."""
        return dose_facts(self.profile, self.today)

    @cached_property
    def unlocks(self) -> tuple[DoseUnlock, ...]:
        """Return the unlocked levels that hold."""
        return dose_unlocks(unlocks_in(self.entries), self.now)

    @cached_property
    def exercises(self) -> tuple[ExerciseDay, ...]:
        """Return today's plan of every exercise."""
        return tuple(self._plan(slug) for slug in exercise_slugs())

    def exercise(self, slug: str) -> ExerciseDay:
        """Return today's plan of one exercise."""
        return next(each for each in self.exercises if each.slug == slug)

    @cached_property
    def sets_today(self) -> tuple[DiaryEntry, ...]:
        """Return today's sets, in the order in which they were done."""
        return tuple(entry for entry in self.entries if entry.kind == "set" and entry.day == self.today)

    def programmes(self, slug: str) -> tuple[DiaryEntry, ...]:
        """Return what the diary holds of the programme of an exercise."""
        return tuple(entry for entry in self.entries if entry.kind == "programme" and entry.data["exercise"] == slug)

    def gate(self, slug: str, level: str | None = None) -> GateDecision:
        """Decide whether a set may begin now, with what has been answered."""
        return decide(slug, level, self.facts, self.now)

    def standing_gate(self, slug: str) -> GateDecision:
        """Decide whether an exercise may be planned, as if the questions before a set were all answered well."""
        return decide(slug, None, standing(self.facts, self.now), self.now)

    def clearable(self, slug: str) -> tuple[Reason, ...]:
        """Return the reasons for which an exercise waits for a clinician's word."""
        return tuple(reason for reason in self.standing_gate(slug).reasons if reason.outcome == "clinician")

    @property
    def holding_locks(self) -> tuple[WrittenLock, ...]:
        """Return the locks that nobody who may has lifted."""
        return tuple(each for each in locks_in(self.entries) if each.lock.holds(self.now, alone=self.alone))

    def forecast(self, slug: str) -> tuple[Prescription, Step]:
        """Return the dose of tomorrow and why, if by then the pain is what it was before today's sets.

        And if no painkiller is started or raised; what is not known today stays unknown.
        """
        tomorrow = self.now + timedelta(days=1)
        open_levels = decide(slug, None, standing(self.facts, tomorrow), tomorrow).open_levels
        calm = replace(self.history[-1], pain=_if_it_stays(self.history[-1].pain))
        history = (*self.history[:-1], calm, DayRecord(tomorrow.date(), analgesic_started_or_raised=False))
        state, facts = self.exercise(slug).state, dose_facts(self.profile, tomorrow.date())
        step = decide_step(history, state, tomorrow.date(), facts=facts, open_levels=open_levels, unlocks=self.unlocks)
        return self._dose(slug, step.state, tomorrow.date(), open_levels), step

    def _plan(self, slug: str) -> ExerciseDay:
        gate = self.standing_gate(slug)
        written = self.programmes(slug)
        last = written[-1] if written else None
        if last is None:
            step, state = None, begin(slug, self.dose_facts, self.today, open_levels=gate.open_levels)
        else:
            step = self._step(state_of(last.data["state"]), gate)
            state = step.state
        dose = self._dose(slug, state, self.today, gate.open_levels)
        programme = _programme(dose, state, step)
        is_written = last is not None and last.day == self.today and _is_same(last.data, programme)
        told = last.data if last is not None and is_written else programme
        return ExerciseDay(
            slug=slug,
            gate=gate,
            state=state,
            dose=dose,
            done=sets_done(entry for entry in self.sets_today if entry.data["exercise"] == slug),
            change=told["change"] if step else None,
            why=text_of(told["why"]) if step else None,
            wait_until=self._wait_until(slug),
            programme=None if is_written or not (gate.passed or last) else programme,
        )

    def _step(self, state: ExerciseState, gate: GateDecision) -> Step:
        return decide_step(
            self.history,
            state,
            self.today,
            facts=self.dose_facts,
            open_levels=gate.open_levels,
            unlocks=self.unlocks,
        )

    def _dose(self, slug: str, state: ExerciseState, day: date, open_levels: tuple[str, ...]) -> Prescription:
        return prescribe(
            slug,
            self.dose_facts,
            state,
            self.unlocks,
            day,
            open_levels=open_levels,
            wakes_at=self.profile.wakes_at,
        )

    def _wait_until(self, slug: str) -> datetime | None:
        """Return when the hour after waking is over, where the exercise waits for it."""
        awake = replace(standing(self.facts, self.now), woke_at=self.facts.woke_at)
        return decide(slug, None, awake, self.now).wait_until


def _programme(dose: Prescription, state: ExerciseState, step: Step | None) -> dict[str, Any]:
    why = step.why if step else dose.why
    return {
        "exercise": dose.exercise,
        "state": state_data(state),
        "sets": dose.sets_a_day,
        "repetitions": dose.repetitions,
        "change": step.change if step else "begin",
        "why": {"en": why.en, "zh": why.zh},
    }


def _is_same(written: Mapping[str, Any], programme: Mapping[str, Any]) -> bool:
    """Tell whether the diary holds this dose already; the words of a later look at the same dose are none."""
    return all(written[name] == programme[name] for name in ("sets", "repetitions")) and state_of(
        written["state"]
    ) == state_of(programme["state"])


def _if_it_stays(pain: DayPain) -> DayPain:
    """Return a day's pain as it is when the day after is like the time before the sets."""
    if pain.before is None or pain.next_day is not None:
        return pain
    return replace(pain, next_day=pain.before, sites_next_day=pain.sites_before)
