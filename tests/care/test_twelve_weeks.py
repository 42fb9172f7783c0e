"""Simulated people over twelve weeks: what must never happen to anyone, and what happens to each kind."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.care.patients import (
    BACK,
    CALF,
    FIT,
    FOOT,
    HEAVY,
    START,
    Lived,
    Patient,
    Said,
    adherent,
    centralising,
    flaring,
    flaring_a_day_later,
    live,
    masked,
    missing_days,
    peripheralising,
    silent,
)

from openlumbar.cards import exercise
from openlumbar.care.dose_state import DoseFacts, Unlock
from openlumbar.care.pain import Pain, day_zone
from openlumbar.care.progression import decide

STAGES = ((), ("L0", "L1"), ("L0", "L1", "L2"), ("L0", "L1", "L2", "L3"))
OPENED = Unlock("sit-up", "L4", "Li", "therapist", "chronic, level 3 without pain", datetime(2026, 1, 5, 8))
BEHAVIOURS = [
    adherent, flaring, flaring_a_day_later, peripheralising, centralising, missing_days, masked, silent,
]  # fmt: skip


def place(slug: str, level: str | None) -> int:
    levels = [known.id for known in exercise(slug).levels]
    return levels.index(level) if level in levels else -1


def check_invariants(patient: Patient, lived: list[Lived]) -> None:
    """Assert what must never happen to anyone."""
    slug = patient.exercise
    for today in lived:
        dose, open_levels = today.dose, patient.open_levels(today.number)
        assert place(slug, dose.level) <= max((place(slug, level) for level in open_levels), default=-1)
        assert dose.level is None or not exercise(slug).level(dose.level).locked or patient.unlocks
        assert dose.is_rest or 3 <= dose.repetitions <= 30
        check_rest_after_red(today, lived)
    for yesterday, today in pairwise(lived):
        check_change(patient, yesterday, today)


def check_rest_after_red(today: Lived, lived: list[Lived]) -> None:
    """Nothing is asked within 48 hours of a red day, and nothing goes up."""
    for earlier in lived[max(today.number - 2, 0) : today.number]:
        # What was said by this morning: the day after is asked for when it has come.
        if day_zone(earlier.record.pain).zone == "red":
            assert today.dose.is_rest
            assert today.step is None or today.step.change not in ("+level", "+10%", "+set")


def check_change(patient: Patient, yesterday: Lived, today: Lived) -> None:
    before, step = today.state_before, today.step
    if step is None:
        return
    was, now = place(patient.exercise, before.level), place(patient.exercise, step.state.level)
    more_work = now > was or (now == was and step.state.raises > before.raises)
    more_sets = step.state.sets_a_day > before.sets_a_day
    assert now <= was + 1
    assert more_work == (step.change in ("+level", "+10%"))
    assert more_sets == (step.change == "+set")
    if more_work or more_sets:
        assert today.record.analgesic_started_or_raised is False
        assert yesterday.record.pain.next_day is not None or not any(w.done for w in yesterday.record.work.values())
        assert day_zone(yesterday.record.pain).zone not in ("amber", "red")


def changes(lived: list[Lived]) -> Counter[str]:
    return Counter(today.step.change for today in lived if today.step)


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.__name__)
@pytest.mark.parametrize("slug", ["sit-up", "cross-twist", "bridge"])
@pytest.mark.parametrize("facts", [FIT, HEAVY, DoseFacts()], ids=["fit", "heavy", "unknown"])
def test_nothing_that_must_not_happen_happens(behaviour: object, slug: str, facts: DoseFacts) -> None:
    patient = Patient(behaviour, facts, slug)  # type: ignore[arg-type]
    check_invariants(patient, live(patient))


def test_who_is_steady_reaches_the_top_and_three_sets_and_never_the_locked_level() -> None:
    lived = live(Patient(adherent))
    levels = [today.dose.level for today in lived]
    assert levels[:4] == ["L1", "L1", "L1", "L2"]
    assert levels[6] == "L3"
    assert set(levels[6:]) == {"L3"}
    assert (lived[-1].dose.repetitions, lived[-1].dose.sets_a_day) == (10, 3)
    assert not any(today.dose.is_rest for today in lived)
    assert lived[-1].step is not None
    assert lived[-1].step.reason == "top"
    assert [today.dose.sets_a_day for today in lived] == sorted(today.dose.sets_a_day for today in lived)


def test_a_therapist_s_unlock_opens_the_source_s_own_dose() -> None:
    strong = replace(FIT, curl_up_max=20)
    opened = Patient(adherent, strong, open_levels=lambda _: ("L0", "L1", "L2", "L3", "L4"), unlocks=(OPENED,))
    last = live(opened)[-1].dose
    assert (last.level, last.repetitions, last.sets_a_day) == ("L4", 10, 3)
    check_invariants(opened, live(opened))
    closed = live(replace(opened, unlocks=()))
    assert {today.dose.level for today in closed} == {"L1", "L2", "L3"}


def test_a_stage_limits_the_level_and_the_dose_grows_by_tenths() -> None:
    patient = Patient(adherent, exercise="bridge", open_levels=lambda day: STAGES[2] if day < 42 else STAGES[3])
    lived = live(patient)
    check_invariants(patient, lived)
    assert {today.dose.level for today in lived[:42]} == {"L1", "L2"}
    assert [today.dose.repetitions for today in lived[3:21]] == [
        10, 10, 10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15,
    ]  # fmt: skip
    assert max(today.dose.repetitions for today in lived[:42]) == 15
    assert lived[42].step is not None
    assert lived[42].step.change == "+level"
    assert (lived[42].dose.level, lived[42].dose.repetitions, lived[42].dose.sets_a_day) == ("L3", 10, 1)


@pytest.mark.parametrize("behaviour", [flaring, flaring_a_day_later])
def test_a_flare_costs_a_level_and_two_days_and_is_made_up_again(behaviour: object) -> None:
    lived = live(Patient(behaviour))  # type: ignore[arg-type]
    for red in (10, 31, 52, 73):
        felt = red if behaviour is flaring else red + 1
        before, resting, again = lived[red], lived[red + 1 : felt + 3], lived[felt + 3]
        assert all(today.dose.is_rest for today in resting)
        assert not again.dose.is_rest
        assert place("sit-up", again.dose.level) == place("sit-up", before.dose.level) - 1
    assert lived[-1].dose.level == "L3"
    assert all(not today.step.flags for today in lived if today.step)


def test_pain_that_goes_down_the_leg_stops_and_calls_a_clinician() -> None:
    lived = live(Patient(peripheralising))
    flagged = [
        today.number for today in lived if today.step and "further_down" in {flag.id for flag in today.step.flags}
    ]
    assert flagged[0] == 22
    assert all(today.dose.is_rest for today in lived[22:24])
    twice = [today.number for today in lived if today.step and "red_days" in {flag.id for flag in today.step.flags}]
    assert twice[0] == 25
    assert place("sit-up", lived[30].dose.level) < place("sit-up", lived[21].dose.level)


def test_pain_that_moves_up_to_the_back_goes_on_without_more() -> None:
    lived = live(Patient(centralising))
    assert changes(lived[:14]) == {"hold": 14}
    assert {today.dose.level for today in lived[:14]} == {"L1"}
    assert not any(today.dose.is_rest for today in lived)
    assert lived[-1].dose.level == "L3"


def test_days_missed_go_back_as_far_as_they_are_many() -> None:
    lived = live(Patient(missing_days))
    assert [today.step.change for today in lived[14:17] if today.step] == ["hold"] * 3  # two days change nothing
    assert (lived[24].dose.level, lived[24].dose.sets_a_day) == ("L3", 3)
    assert (lived[25].step and lived[25].step.change, lived[26].dose.level) == ("-set", "L3")
    assert lived[26].dose.sets_a_day == 2
    assert lived[43].dose.level == "L2"
    assert lived[80].dose.level == "L1"
    assert changes(lived[50:80])["restart"] == 1
    up = [today.number for today in lived if today.step and today.step.change == "+level"]
    assert up == [3, 6, 46, 83]


def test_a_painkiller_holds_the_dose_while_it_hides_the_pain() -> None:
    lived = live(Patient(masked))
    assert changes(lived[7:31]).keys() == {"hold"}
    assert lived[6].dose.level == lived[30].dose.level == "L3"
    assert lived[31].step is not None
    assert lived[31].step.change == "+10%"


def test_who_answers_nothing_stays_where_they_are() -> None:
    lived = live(Patient(silent))
    assert changes(lived) == {"hold": 84}
    assert len({(today.dose.level, today.dose.repetitions, today.dose.sets_a_day) for today in lived}) == 1


def test_who_is_old_and_heavy_gets_less_all_along() -> None:
    fit, heavy = live(Patient(adherent)), live(Patient(adherent, HEAVY))
    pairs = [(small.dose, large.dose) for small, large in zip(heavy, fit, strict=True)]
    assert all(small.repetitions <= large.repetitions for small, large in pairs)
    assert any(small.repetitions < large.repetitions for small, large in pairs)


def test_a_second_call_on_the_same_day_changes_nothing() -> None:
    patient = Patient(flaring)
    lived = live(patient)
    history = [today.record for today in lived]
    for today in lived[1:]:
        known = history[: today.number + 1]
        first = decide(known, today.state_before, today.day, facts=FIT, open_levels=STAGES[3])
        second = decide(known, first.state, today.day, facts=FIT, open_levels=STAGES[3])
        assert second.state == first.state


@pytest.mark.parametrize("gap", [2, 3, 7, 8, 28, 29, 60])
def test_it_is_the_same_whether_one_looks_in_every_day_or_on_the_return(gap: int) -> None:
    away = range(23, 23 + gap)

    def behaviour(number: int) -> Said:
        return Said(share=0.0) if number in away else Said()

    daily = live(Patient(behaviour), 24 + gap)[-1]
    on_return = live(Patient(behaviour, decides=lambda number: number not in away), 24 + gap)[-1]
    key = ("level", "repetitions", "sets_a_day")
    assert [getattr(daily.dose, name) for name in key] == [getattr(on_return.dose, name) for name in key]
    expected = "L3" if gap < 8 else "L2" if gap < 29 else "L1"
    assert daily.dose.level == expected


pains = st.builds(Pain, st.integers(0, 7), st.integers(0, 4))
maybe_pains = st.none() | st.just(Pain(1, 0)) | pains
sites = st.sampled_from([None, BACK, CALF, FOOT, frozenset()])
random_days = st.builds(
    Said,
    share=st.sampled_from([0, 0, 0.5, 1, 1, 1]),
    form=st.sampled_from([None, 0.5, 0.8, 1.0]),
    before=maybe_pains,
    during=st.none() | pains,
    after=maybe_pains,
    next_day=maybe_pains,
    sites_before=sites,
    sites_after=sites,
    sites_next_day=sites,
    painkiller=st.sampled_from([None, True, False, False, False]),
)
calm_days = st.builds(Said, share=st.sampled_from([0.5, 1, 1]))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(calm_days | calm_days | random_days, min_size=24, max_size=24),
    st.lists(st.sampled_from(STAGES), min_size=5, max_size=5),
    st.sampled_from(["sit-up", "cross-twist", "bridge"]),
    st.sampled_from([FIT, HEAVY, DoseFacts(), replace(FIT, curl_up_max=2)]),
)
def test_nobody_at_all_gets_what_must_not_be(
    days: list[Said], stages: list[tuple[str, ...]], slug: str, facts: DoseFacts
) -> None:
    patient = Patient(days.__getitem__, facts, slug, open_levels=lambda number: stages[number // 5])
    lived = live(patient, len(days))
    check_invariants(patient, lived)
    assert lived[-1].day == START + timedelta(days=23)
