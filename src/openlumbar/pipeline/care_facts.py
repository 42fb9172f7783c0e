"""What the diary says of a person, as the facts that the gate and the dose decide on.

Nothing is taken for granted: what was not written is not known, and what was written too long ago for a set that
begins now is not known either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from openlumbar.care.clinician_flags import Outcome, no_gain, red_days
from openlumbar.care.day_record import DayRecord
from openlumbar.care.dose_state import DoseFacts
from openlumbar.care.dose_state import Unlock as DoseUnlock
from openlumbar.care.gate import GateFacts, GroupAAnswers
from openlumbar.care.gate_words import gate_words
from openlumbar.care.pain import NO_PAIN, Pain
from openlumbar.care.permits import Clearance, Lock, Unlock
from openlumbar.care.profile import Profile
from openlumbar.care.progression_rules import MeasureId, progression_rules
from openlumbar.care.safety import NONE
from openlumbar.care.safety_rules import stages
from openlumbar.pipeline.care_entries import clearance_of, lock_of, pain_of, profile_of, unlock_of
from openlumbar.records.diary import DiaryEntry

MEASURES: dict[str, MeasureId] = {"nprs-back": "nprs_back", "nprs-leg": "nprs_leg", "rmdq": "rmdq"}
"""The outcome measures whose change tells a gain, and what the rules of progression call them."""

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class WrittenLock:
    """A lock and the number of its entry, by which lifting names it."""

    number: int
    lock: Lock


def profile_in(entries: Iterable[DiaryEntry]) -> Profile:
    """Return the person's answers as they were given last; nothing is known of who gave none."""
    latest = _latest(entries, "profile")
    return Profile() if latest is None else profile_of(latest.data)


def locks_in(entries: Iterable[DiaryEntry]) -> tuple[WrittenLock, ...]:
    """Return every lock, with what was written last about lifting it."""
    entries = tuple(entries)
    liftings = {entry.data["lock"]: entry.data for entry in entries if entry.kind == "lock_lifted"}
    locks = (entry for entry in entries if entry.kind == "lock")
    return tuple(WrittenLock(entry.number, lock_of(entry.data, liftings.get(entry.number))) for entry in locks)


def clearances_in(entries: Iterable[DiaryEntry]) -> tuple[Clearance, ...]:
    """Return every clearance, those that have ended too."""
    return tuple(clearance_of(entry.data) for entry in entries if entry.kind == "clearance")


def unlocks_in(entries: Iterable[DiaryEntry]) -> tuple[Unlock, ...]:
    """Return every unlocked level."""
    return tuple(unlock_of(entry.data) for entry in entries if entry.kind == "unlock")


def dose_unlocks(unlocks: Iterable[Unlock], now: datetime) -> tuple[DoseUnlock, ...]:
    """Return the unlocked levels that hold, as the dose takes them."""
    holding = (unlock for unlock in unlocks if unlock.holds(now))
    return tuple(DoseUnlock(each.exercise, each.level, each.by, each.role, each.reason, each.at) for each in holding)


def woke_at_in(entries: Iterable[DiaryEntry], now: datetime) -> datetime | None:
    """Return when the person last said that they woke, as long as that can be the last waking."""
    told = [entry.data["woke_at"] for entry in entries if entry.kind == "answers" and entry.data.get("woke_at")]
    if not told:
        return None
    woke = datetime.fromisoformat(told[-1])
    hours = _elapsed(now, woke) / timedelta(hours=1)
    return woke if hours <= stages().morning.stated_holds.value else None


def outcomes_in(entries: Iterable[DiaryEntry]) -> tuple[Outcome, ...]:
    """Return the totals that tell a gain."""
    return tuple(
        Outcome(entry.day, MEASURES[entry.data["measure"]], entry.data["value"])
        for entry in entries
        if entry.kind == "outcome" and entry.data["measure"] in MEASURES and entry.data.get("value") is not None
    )


def weeks_without_gain(outcomes: Sequence[Outcome], today: date) -> int | None:
    """Return the weeks since the first measure without any gain that matters.

    0: there is a gain, or too few weeks are over to tell. None: too little was measured.
    """
    if (without := no_gain(outcomes, today)) is not True:
        return None if without is None else 0
    first = min(outcome.day for outcome in outcomes)
    needed = int(progression_rules().clinician.no_gain_days.value) // DAYS_A_WEEK
    return max((today - first).days // DAYS_A_WEEK, needed)


def gate_facts(entries: Iterable[DiaryEntry], history: Sequence[DayRecord], now: datetime, *, alone: bool) -> GateFacts:
    """Return what the gate decides on for a set that begins now: with the answers and the pain of just now."""
    entries = tuple(entries)
    answers, before = _latest(entries, "answers"), _latest_before(entries)
    holds = timedelta(minutes=gate_words().answers.hold.value)
    is_fresh = before is not None and timedelta() <= _elapsed(now, before.at) <= holds
    return GateFacts(
        profile=profile_in(entries),
        group_a=None if answers is None else GroupAAnswers(frozenset(answers.data["group_a"]), answers.at),
        pain_rest=pain_of(before.data) if before is not None and is_fresh else None,
        red_days_in_7=red_days(history, now.date()),
        weeks_without_gain=weeks_without_gain(outcomes_in(entries), now.date()),
        clearances=clearances_in(entries),
        locks=tuple(written.lock for written in locks_in(entries)),
        unlocks=unlocks_in(entries),
        woke_at=woke_at_in(entries, now),
        alone=alone,
    )


def standing(facts: GateFacts, now: datetime) -> GateFacts:
    """Return the facts as they would be if the questions before a set were all answered well.

    It tells what may be planned; it lets nobody begin, because a set asks the questions themselves.
    """
    long_awake = now - timedelta(minutes=stages().morning.wait.value)
    return replace(
        facts,
        group_a=GroupAAnswers(frozenset({NONE}), now),
        pain_rest=Pain(NO_PAIN, NO_PAIN),
        woke_at=long_awake,
    )


def dose_facts(profile: Profile, today: date) -> DoseFacts:
    """Return what a dose follows from."""
    onset = profile.onset
    return DoseFacts(
        age_years=profile.age_on(today),
        height_cm=profile.height_cm,
        weight_kg=profile.weight_kg,
        sex=profile.sex,
        activity=profile.activity,
        curl_up_max=profile.curl_up_max,
        days_since_onset=None if onset is None else float((today - onset).days),
    )


def _latest(entries: Iterable[DiaryEntry], kind: str) -> DiaryEntry | None:
    found = [entry for entry in entries if entry.kind == kind]
    return found[-1] if found else None


def _latest_before(entries: Iterable[DiaryEntry]) -> DiaryEntry | None:
    found = [entry for entry in entries if entry.kind == "pain" and entry.data["when"] == "before"]
    return found[-1] if found else None


def _elapsed(now: datetime, since: datetime) -> timedelta:
    return now.astimezone(UTC) - since.astimezone(UTC)
