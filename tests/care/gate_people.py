"""People, permits and moments for the tests of the gate."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from openlumbar.cards import exercise
from openlumbar.care.gate import Clearance, GateDecision, GateFacts, GroupAAnswers, Lock, Unlock, decide
from openlumbar.care.pain import Pain
from openlumbar.care.profile import Profile
from openlumbar.care.safety import NONE
from openlumbar.care.safety_rules import MASSAGE_DEFAULT, matrix

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
TODAY = NOW.date()

ACTIVITIES = [activity.slug for activity in matrix().activities]
EXERCISES = [activity.slug for activity in matrix().activities if activity.kind == "exercise"]
MASSAGES = [activity.slug for activity in matrix().activities if activity.kind == "massage"]
CONDITIONS = [condition.id for condition in matrix().conditions]
LEVELS = {slug: [level.id for level in exercise(slug).levels] for slug in EXERCISES}

PERSON = Profile(
    born=date(1985, 6, 1),
    onset=TODAY - timedelta(days=200),
    diagnosed=True,
    conditions=frozenset(),
    cancer_signs=False,
    stable_weakness=False,
    wakes_at=time(7),
)
"""Someone whom no rule holds back."""


def said(*answers: str, minutes_ago: float = 1) -> GroupAAnswers:
    return GroupAAnswers(frozenset(answers or (NONE,)), NOW - timedelta(minutes=minutes_ago))


def clear(activity: str, *reasons: str, **changes: Any) -> Clearance:
    clearance = Clearance(
        activity=activity,
        reasons=frozenset(reasons),
        by="Dr Wang",
        role="clinician",
        at=NOW - timedelta(days=3),
        expires_on=TODAY + timedelta(days=3),
    )
    return replace(clearance, **changes)


def lock(reason: str = "a1", **changes: Any) -> Lock:
    return replace(Lock(reason=reason, since=NOW - timedelta(days=5)), **changes)


def unlock(slug: str = "sit-up", level: str = "L4", **changes: Any) -> Unlock:
    opened = Unlock(
        exercise=slug,
        level=level,
        by="Li Na",
        role="therapist",
        reason="strong and free of pain",
        at=NOW - timedelta(1),
    )
    return replace(opened, **changes)


MASSAGES_CLEARED = tuple(clear(slug, MASSAGE_DEFAULT) for slug in MASSAGES)
"""So that the stage of a massage is no reason and the matrix alone speaks."""


def facts(profile: Profile | None = None, **changes: Any) -> GateFacts:
    usual = GateFacts(
        profile=profile or PERSON,
        group_a=said(),
        pain_rest=Pain(2, 2),
        red_days_in_7=0,
        weeks_without_gain=None,
        clearances=MASSAGES_CLEARED,
    )
    return replace(usual, **changes)


def person(clearances: tuple[Clearance, ...] = MASSAGES_CLEARED, **changes: Any) -> GateFacts:
    return facts(replace(PERSON, **changes), clearances=clearances)


def ask(activity: str, told: GateFacts, level: str | None = None, now: datetime = NOW) -> GateDecision:
    return decide(activity, level, told, now)


def reasons(decision: GateDecision) -> dict[str, str]:
    return {reason.id: reason.outcome for reason in decision.reasons}
