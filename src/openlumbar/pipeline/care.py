"""The care desk: takes in what a person says and does, and keeps their programme in step with it.

Reading decides in memory. Writing an answer or a set also writes the programme of the day, once: requests of one
person wait for each other.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from openlumbar.care.body_map import Marks
from openlumbar.care.gate import GateDecision
from openlumbar.care.gate_words import gate_words
from openlumbar.care.pain import Pain
from openlumbar.care.permits import Clearance, Lock
from openlumbar.care.profile import Profile
from openlumbar.errors import InputError
from openlumbar.pipeline.care_entries import (
    SetLoad,
    clearance_data,
    lifting_data,
    load_data,
    lock_data,
    pain_data,
    profile_data,
)
from openlumbar.pipeline.care_facts import locks_in, profile_in
from openlumbar.pipeline.patient_chart import ExerciseDay, PatientChart
from openlumbar.records.diary import Diary, DiaryEntry, Draft

Clock = Callable[[], datetime]
"""Tells the local time with its offset."""

Guide = Literal["coach", "clock", "hand"]
"""Who counted a set: the coach with a camera, the clock, or the person by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeSet:
    """What a person answers before a set; None was not answered."""

    group_a: frozenset[str] = frozenset()
    pain: Pain | None = None
    sites: Marks | None = None
    painkiller: bool | None = None
    woke_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """What the gate says to a set, and the dose to do when it passes."""

    gate: GateDecision
    plan: ExerciseDay

    @property
    def may_begin(self) -> bool:
        """Tell whether a set may begin: the gate is passed, and a set is asked for today."""
        return self.gate.passed and self.plan.left > 0


@dataclass(frozen=True, slots=True)
class SetDone:
    """A set as it went; `prescribed` and `repetitions` are of one side where the exercise has two.

    `load` is what the disc carried; None where nobody looked.
    """

    exercise: str
    level: str
    repetitions: int
    prescribed: int
    by: Guide
    form_score: float | None = None
    session: str | None = None
    load: SetLoad | None = None


class CareDesk:
    """Everything a person's pages ask about their care."""

    def __init__(self, diary: Diary, clock: Clock) -> None:
        """Keep the diary and the clock."""
        self._diary, self._clock = diary, clock
        self._guards: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def chart(self, person_id: str, *, alone: bool) -> PatientChart:
        """Return a person's chart as of now."""
        return PatientChart(self._diary.read(person_id), self._clock(), alone)

    def admit(self, person_id: str, slug: str, said: BeforeSet, *, alone: bool) -> Admission:
        """Write the answers before a set down and decide; a danger sign locks, also when other answers are missing."""
        with self._guards[person_id]:
            now = self._clock()
            self._diary.write(person_id, *_drafts_before(said, now))
            chart = PatientChart(self._diary.read(person_id), now, alone)
            locks = [_draft("lock", lock_data(Lock(reason=sign, since=now)), now) for sign in chart.gate(slug).lock_due]
            if locks:
                self._diary.write(person_id, *locks)
                chart = PatientChart(self._diary.read(person_id), now, alone)
            self._keep_programme(person_id, chart)
        return self._admission(chart, slug)

    def admission(self, person_id: str, slug: str, *, alone: bool) -> Admission:
        """Decide again with what has been answered, for a page that leads through a set."""
        return self._admission(self.chart(person_id, alone=alone), slug)

    def goes_on(self, person_id: str, slug: str, level: str, *, alone: bool) -> Literal["yes", "asked again", "no"]:
        """Tell whether a set that was begun may go on: not once something forbids it.

        "asked again": nothing does, but the answers that let it begin have grown old.
        """
        gate = self.chart(person_id, alone=alone).gate(slug, level)
        return "yes" if gate.passed else "asked again" if gate.outcome == "incomplete" else "no"

    def keep_profile(self, person_id: str, profile: Profile) -> None:
        """Write the person's answers about themselves down."""
        with self._guards[person_id]:
            now = self._clock()
            if profile_in(self._diary.read(person_id, ["profile"])) != profile:
                self._diary.write(person_id, _draft("profile", profile_data(profile), now))

    def tell_pain(
        self,
        person_id: str,
        when: Literal["now", "after", "next_day"],
        pain: Pain,
        sites: Marks | None = None,
        *,
        about: date | None = None,
        session: str | None = None,
        alone: bool,
    ) -> DiaryEntry:
        """Write pain down; `about` is the day that a "next_day" is about."""
        now = self._clock()
        draft = Draft("pain", pain_data(when, pain, sites, session), about or now.date(), now)
        return self._write(person_id, [draft], alone=alone)[0]

    def tell_painkiller(self, person_id: str, started_or_raised: bool, *, alone: bool) -> None:
        """Write the daily answer on painkillers down."""
        now = self._clock()
        self._write(person_id, [_draft("painkiller", {"started_or_raised": started_or_raised}, now)], alone=alone)

    def note_set(self, person_id: str, done: SetDone, *, alone: bool) -> DiaryEntry:
        """Write a set down."""
        now = self._clock()
        return self._write(person_id, [_draft("set", _set_data(done), now)], alone=alone)[0]

    def note_session(
        self, person_id: str, session: str, sets: Sequence[SetDone], pains: Iterable[Pain], *, alone: bool
    ) -> None:
        """Write the sets of a session down, and the pain that was told during them; once for each session."""
        now = self._clock()
        with self._guards[person_id]:
            chart = PatientChart(self._diary.read(person_id), now, alone)
            if any(entry.kind == "set" and entry.data.get("session") == session for entry in chart.entries):
                return
            drafts = [_draft("set", _set_data(done), now) for done in sets]
            drafts += [_draft("pain", pain_data("during", pain, None, session), now) for pain in pains]
            if drafts:
                self._diary.write(person_id, *drafts)
                self._keep_programme(person_id, PatientChart(self._diary.read(person_id), now, alone))

    def take_back(self, person_id: str, number: int, *, alone: bool) -> bool:
        """Take back a set or a pain that was written today; tell whether there was one."""
        with self._guards[person_id]:
            now = self._clock()
            found = [entry for entry in self._diary.read(person_id) if entry.number == number]
            if not found or found[0].kind not in ("set", "pain"):
                return False
            if found[0].at.astimezone(now.tzinfo).date() != now.date():
                return False
            is_gone = self._diary.withdraw(person_id, number, now)
            self._keep_programme(person_id, PatientChart(self._diary.read(person_id), now, alone))
            return is_gone

    def lift_lock(self, person_id: str, number: int, doctor: str, examined_on: date) -> None:
        """Lift a lock on the word of a doctor, where the person uses the program alone.

        Raises:
            InputError: when there is no such lock, no doctor is named, or the day is not between the lock and today.
        """
        with self._guards[person_id]:
            now = self._clock()
            entries = self._diary.read(person_id)
            known = [written for written in locks_in(entries) if written.number == number]
            if not known:
                raise InputError("lock", "there is no such lock", "choose one from the page")
            _require_doctor(doctor)
            since = known[0].lock.since.astimezone(now.tzinfo).date()
            if not since <= examined_on <= now.date():
                raise InputError(
                    "examined on", "is not between the report and today", "give the day of the examination"
                )
            rules = gate_words().lock
            data = lifting_data(
                number,
                by=person_id,
                role=rules.lifted_alone_by,
                because=rules.confirm.en,
                at=now,
                doctor=doctor.strip(),
                examined_on=examined_on,
            )
            self._diary.write(person_id, _draft("lock_lifted", data, now))

    def clear(
        self, person_id: str, slug: str, reasons: frozenset[str], doctor: str, examined_on: date, expires_on: date
    ) -> None:
        """Write down that a doctor allowed an exercise in spite of named reasons; alone, on the person's own word.

        Raises:
            InputError: when no doctor is named, or the days do not fit.
        """
        now = self._clock()
        _require_doctor(doctor)
        if examined_on > now.date():
            raise InputError("examined on", "lies in the future", "give the day on which the doctor said so")
        if expires_on < now.date():
            raise InputError("expires on", "is over", "give the last day on which it holds")
        role: Any = gate_words().clearance.given_alone_by
        clearance = Clearance(
            activity=slug, reasons=reasons, by=person_id, role=role, at=now, expires_on=expires_on,
            doctor=doctor.strip(), examined_on=examined_on,
        )  # fmt: skip
        with self._guards[person_id]:
            self._diary.write(person_id, _draft("clearance", clearance_data(clearance), now))

    def _admission(self, chart: PatientChart, slug: str) -> Admission:
        plan = chart.exercise(slug)
        return Admission(chart.gate(slug, plan.dose.level), plan)

    def _write(self, person_id: str, drafts: Sequence[Draft], *, alone: bool) -> tuple[DiaryEntry, ...]:
        with self._guards[person_id]:
            written = self._diary.write(person_id, *drafts)
            self._keep_programme(person_id, PatientChart(self._diary.read(person_id), drafts[0].at, alone))
            return written

    def _keep_programme(self, person_id: str, chart: PatientChart) -> None:
        drafts = [_draft("programme", each.programme, chart.now) for each in chart.exercises if each.programme]
        if drafts:
            self._diary.write(person_id, *drafts)


def _drafts_before(said: BeforeSet, now: datetime) -> list[Draft]:
    answers = {"group_a": sorted(said.group_a), "woke_at": said.woke_at.isoformat() if said.woke_at else None}
    drafts = [_draft("answers", answers, now)]
    if said.pain is not None:
        drafts.append(_draft("pain", pain_data("before", said.pain, said.sites), now))
    if said.painkiller is not None:
        drafts.append(_draft("painkiller", {"started_or_raised": said.painkiller}, now))
    return drafts


def _set_data(done: SetDone) -> dict[str, Any]:
    return {
        "exercise": done.exercise,
        "level": done.level,
        "repetitions": done.repetitions,
        "prescribed": done.prescribed,
        "form_score": done.form_score,
        "session": done.session,
        "load": load_data(done.load),
        "by": done.by,
        "finished": done.repetitions >= done.prescribed,
    }


def _draft(kind: Any, data: Any, now: datetime) -> Draft:
    return Draft(kind, data, now.date(), now)


def _require_doctor(doctor: str) -> None:
    if not doctor.strip():
        raise InputError("doctor", "is not named", "write down the doctor's name")
