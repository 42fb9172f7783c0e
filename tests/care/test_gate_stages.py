"""Stages, levels, unlocks and the first hour of the morning."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from openlumbar.cards import exercise
from openlumbar.care.gate import GateFacts, decide
from openlumbar.care.gate_words import gate_words
from openlumbar.care.safety_rules import MASSAGE_DEFAULT, Stage, stages

from .gate_people import (
    EXERCISES,
    LEVELS,
    MASSAGES,
    NOW,
    PERSON,
    TODAY,
    ask,
    clear,
    facts,
    person,
    reasons,
    said,
    unlock,
)

STAGES = stages().stages
MORNING = stages().morning
WAIT = timedelta(minutes=MORNING.wait.value)

DAYS: dict[str, tuple[int, int]] = {"acute": (0, 3), "early": (4, 42), "middle": (43, 84), "late": (85, 4000)}
"""Days since the onset on which a stage begins and ends."""


def began(days_ago: int, **changes: object) -> GateFacts:
    return replace(person(onset=TODAY - timedelta(days=days_ago)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("edge", [0, 1], ids=["first day", "last day"])
@pytest.mark.parametrize("slug", EXERCISES)
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.id)
def test_every_stage_opens_its_levels_and_no_other(stage: Stage, slug: str, edge: int) -> None:
    told = began(DAYS[stage.id][edge])
    allowed = stage.levels[slug]
    decision = ask(slug, told)
    assert (decision.passed, decision.open_levels) == (bool(allowed), allowed)
    if not allowed:
        assert reasons(decision)[f"stage_{stage.id}"] == "blocked"
        assert stage.text in [reason.text for reason in decision.reasons]
    for level in LEVELS[slug]:
        decision = ask(slug, told, level)
        assert decision.passed == (level in allowed)
        assert decision.open_levels == (allowed if level in allowed else ())
        if allowed and level not in allowed:
            locked = exercise(slug).level(level).locked
            (reason,) = decision.reasons
            assert (reason.id, reason.outcome) == ("locked" if locked else "level_not_open", "blocked")
            assert reason.text == (stages().locked.why if locked else gate_words().level_not_open.text)


@pytest.mark.parametrize("edge", [0, 1], ids=["first day", "last day"])
@pytest.mark.parametrize("slug", MASSAGES)
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.id)
def test_every_stage_has_its_word_on_every_massage(stage: Stage, slug: str, edge: int) -> None:
    told = began(DAYS[stage.id][edge], clearances=())
    sign = stage.massage[slug]
    decision = ask(slug, told)
    assert decision.outcome == {"X": "blocked", "K": "clinician", "+": "go"}[sign]
    cleared = ask(slug, replace(told, clearances=(clear(slug, MASSAGE_DEFAULT),)))
    assert cleared.passed == (sign != "X")
    if sign == "X":
        assert reasons(decision)[f"stage_{stage.id}"] == "blocked"
    if sign == "K":
        assert decision.reasons[0].text == stages().massage_default.text
        assert decision.reasons[0].entry == f"safety/stages.toml: {stage.id}"


def test_the_ointment_knows_no_stage() -> None:
    assert [ask("ointment", began(days)).outcome for days in (0, 3, 4, 42, 43, 400)] == ["go"] * 6


@pytest.mark.parametrize("slug", EXERCISES)
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.id)
def test_an_unlock_opens_a_locked_level_and_only_in_the_chronic_stage(stage: Stage, slug: str) -> None:
    every = tuple(unlock(slug, level) for level in LEVELS[slug])
    told = began(DAYS[stage.id][0], unlocks=every)
    allowed = stage.levels[slug] + (("L4",) if stage.id == "late" else ())
    assert ask(slug, told).open_levels == allowed
    assert ask(slug, told, "L4").passed == (stage.id == "late")


@pytest.mark.parametrize(
    "no_good",
    [
        unlock("bridge"),
        unlock(level="L3"),
        unlock(role="person"),
        unlock(by=" "),
        unlock(reason=""),
        unlock(at=NOW + timedelta(minutes=1)),
    ],
)
@pytest.mark.parametrize("alone", [False, True])
def test_an_unlock_that_lacks_something_opens_nothing(no_good, alone: bool) -> None:  # type: ignore[no-untyped-def]
    assert not ask("sit-up", facts(unlocks=(no_good,), alone=alone), "L4").passed
    assert ask("sit-up", facts(unlocks=(no_good, unlock(role="clinician", at=NOW)), alone=alone), "L4").passed


def test_an_unlock_does_not_outdo_an_adaptation() -> None:
    told = replace(person(conditions=frozenset({"stenosis"})), unlocks=(unlock(),))
    decision = ask("sit-up", told, "L4")
    assert (decision.outcome, reasons(decision)) == ("blocked", {"stenosis": "adapt", "locked": "blocked"})


def test_the_cards_say_the_same_as_the_stages() -> None:
    for slug in EXERCISES:
        shown = [(stage.to_days, stage.levels) for stage in exercise(slug).stages]
        assert shown == [(stage.to_days, stage.levels[slug]) for stage in STAGES]
        for stage in STAGES:
            locked = {level.id for level in exercise(slug).levels if level.locked}
            assert not locked & set(stage.levels[slug])
            assert set(stage.unlock) <= locked


# ------------------------------------------------------------------------------------------------------- in the morning


def up_for(woke: timedelta, **changes: object) -> GateFacts:
    return facts(woke_at=NOW - woke, **changes)


@pytest.mark.parametrize(
    ("minutes", "waits"), [(0, True), (1, True), (59.99, True), (60, False), (61, False), (16 * 60, False)]
)
def test_a_sit_up_waits_for_an_hour_after_waking(minutes: float, waits: bool) -> None:
    decision = ask("sit-up", up_for(timedelta(minutes=minutes)))
    assert decision.passed != waits
    assert reasons(decision) == ({"morning": "blocked"} if waits else {})
    if waits:
        assert decision.wait_until == NOW - timedelta(minutes=minutes) + WAIT
        assert decision.reasons[0].text == MORNING.text
    else:
        assert decision.wait_until is None


@pytest.mark.parametrize("slug", [slug for slug in EXERCISES if slug not in MORNING.activities])
def test_the_others_need_no_waiting(slug: str) -> None:
    assert ask(slug, up_for(timedelta())).passed
    assert ask(slug, facts(replace(PERSON, wakes_at=None))).passed


@pytest.mark.parametrize(
    ("usual", "waits"),
    [
        (time(11, 0), False),
        (time(11, 1), True),
        (time(12, 0), True),
        (time(12, 1), False),  # yesterday
        (time(23, 59), False),
    ],
)
def test_who_did_not_say_when_they_woke_wakes_at_the_usual_hour(usual: time, waits: bool) -> None:
    assert ask("sit-up", person(wakes_at=usual)).passed != waits


def test_the_usual_hour_may_be_before_midnight() -> None:
    now = datetime(2026, 3, 20, 0, 20, tzinfo=UTC)
    told = replace(person(wakes_at=time(23, 40)), group_a=None)
    decision = decide("sit-up", None, told, now)
    assert decision.wait_until == datetime(2026, 3, 20, 0, 40, tzinfo=UTC)


@pytest.mark.parametrize(("hours_ago", "passes"), [(15.9, True), (16, True), (16.1, False)])
def test_what_was_said_before_the_last_night_counts_no_more(hours_ago: float, passes: bool) -> None:
    told = replace(person(wakes_at=time(11, 30)), woke_at=NOW - timedelta(hours=hours_ago))
    assert ask("sit-up", told).passed == passes


@pytest.mark.parametrize("usual", [None, time(7)])
def test_waking_in_the_future_is_asked_again(usual: time | None) -> None:
    told = replace(person(wakes_at=usual), woke_at=NOW + timedelta(minutes=1))
    assert ask("sit-up", told).missing == ("woke_at",)


def test_who_never_said_when_they_wake_is_asked() -> None:
    decision = ask("sit-up", person(wakes_at=None))
    assert (decision.outcome, decision.missing) == ("incomplete", ("woke_at",))
    long_ago = replace(person(wakes_at=None), woke_at=NOW - timedelta(days=2))
    assert ask("sit-up", long_ago).missing == ("woke_at",)


def test_the_wait_is_told_in_the_person_s_own_time_through_the_change_of_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 3, 29, 3, 10, tzinfo=berlin)  # twenty minutes after 1:50, as two o'clock was three
    told = facts(woke_at=datetime(2026, 3, 29, 1, 50, tzinfo=berlin), group_a=said())
    wait_until = decide("sit-up", None, told, now).wait_until
    assert wait_until is not None
    assert wait_until.isoformat() == "2026-03-29T03:50:00+02:00"
