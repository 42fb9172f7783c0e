"""Every cell of the matrix, from its content file: each condition, each activity, with and without a clearance."""

from datetime import timedelta

import pytest

from openlumbar.care.gate import Clearance, GateFacts
from openlumbar.care.gate_words import gate_words
from openlumbar.care.pain import Pain
from openlumbar.care.safety_rules import ACUTE, MASSAGE_DEFAULT, Activity, Condition, matrix

from .gate_people import (
    ACTIVITIES,
    CONDITIONS,
    EXERCISES,
    LEVELS,
    MASSAGES_CLEARED,
    NOW,
    TODAY,
    ask,
    clear,
    facts,
    person,
    reasons,
)

CELLS = [
    pytest.param(condition, activity, id=f"{condition.id}-{activity.slug}")
    for condition in matrix().conditions
    for activity in matrix().activities
]
OUTCOME = {"X": "blocked", "K": "clinician", "~": "adapt", "+": "go"}
OTHER = {slug: ACTIVITIES[index - 1] for index, slug in enumerate(ACTIVITIES)}


def no_good(slug: str, condition: str) -> dict[str, tuple[Clearance, ...]]:
    """List clearances that open nothing, by what is wrong with them."""
    own_word = {"role": "person", "doctor": "Dr Wang", "examined_on": TODAY - timedelta(days=9)}
    return {
        "none": (),
        "expired": (clear(slug, condition, expires_on=TODAY - timedelta(days=1)),),
        "for another activity": (clear(OTHER[slug], condition),),
        "for other conditions": (clear(slug, *(each for each in CONDITIONS if each != condition)),),
        "for nothing": (clear(slug),),
        "given in the future": (clear(slug, condition, at=NOW + timedelta(minutes=1)),),
        "by nobody": (clear(slug, condition, by=" "),),
        "by the patient of a therapist": (clear(slug, condition, **own_word),),
    }


def with_condition(condition: str, *clearances: Clearance) -> GateFacts:
    return person(conditions=frozenset({condition}), clearances=(*MASSAGES_CLEARED, *clearances))


@pytest.mark.parametrize(("condition", "activity"), CELLS)
def test_without_a_clearance_that_is_valid_the_cell_decides(condition: Condition, activity: Activity) -> None:
    expected = OUTCOME[condition.cells[activity.letter]]
    for why, clearances in no_good(activity.slug, condition.id).items():
        decision = ask(activity.slug, with_condition(condition.id, *clearances))
        assert decision.outcome == expected, why
        assert decision.passed == (expected in ("adapt", "go")), why
        assert reasons(decision).get(condition.id, "go") == expected, why
        assert all(reason.clearance is None for reason in decision.reasons if reason.id == condition.id), why


@pytest.mark.parametrize(("condition", "activity"), CELLS)
def test_a_clearance_that_is_valid_opens_k_and_nothing_else(condition: Condition, activity: Activity) -> None:
    sign = condition.cells[activity.letter]
    for last_day in (TODAY, TODAY + timedelta(days=400)):
        valid = clear(activity.slug, condition.id, at=NOW, expires_on=last_day)
        decision = ask(activity.slug, with_condition(condition.id, clear(activity.slug, "other"), valid))
        if sign != "K":
            assert decision.outcome == OUTCOME[sign]
            continue
        (reason,) = (each for each in decision.reasons if each.id == condition.id)
        assert reason.clearance is valid
        if qualifier := condition.qualifiers.get(activity.letter):
            assert decision.outcome == "adapt"
            assert matrix().qualifier(qualifier).text in decision.adaptations
        else:
            assert decision.outcome == "go"
            assert reason.text == gate_words().clearance.holds
        assert decision.passed


@pytest.mark.parametrize(("condition", "activity"), CELLS)
def test_a_cell_says_why_and_where_it_stands(condition: Condition, activity: Activity) -> None:
    decision = ask(activity.slug, with_condition(condition.id))
    sign, letter = condition.cells[activity.letter], activity.letter
    if sign == "+":
        assert condition.id not in reasons(decision)
        return
    (reason,) = (each for each in decision.reasons if each.id == condition.id)
    qualifier = condition.qualifiers.get(letter) if sign == "X" else None
    said = matrix().qualifier(qualifier).text if qualifier else condition.why
    assert reason.text == (condition.adapt[letter].text if sign == "~" else said)
    assert reason.entry == f"safety/conditions.toml: {condition.id}.{letter}"
    assert decision.adaptations == ((reason.text,) if sign == "~" else ())


@pytest.mark.parametrize("slug", EXERCISES)
@pytest.mark.parametrize("condition", matrix().conditions, ids=lambda condition: condition.id)
def test_an_adaptation_bounds_the_levels(slug: str, condition: Condition) -> None:
    activity = matrix().activity(slug)
    adaptation = condition.adapt.get(activity.letter)
    told = with_condition(condition.id)
    if adaptation is None:
        return
    usual = ask(slug, facts()).open_levels
    allowed = usual if adaptation.levels is None else tuple(level for level in usual if level in adaptation.levels)
    assert ask(slug, told).open_levels == allowed != ()
    for level in LEVELS[slug]:
        assert ask(slug, told, level).passed == (level in allowed)


@pytest.mark.parametrize("activity", matrix().activities, ids=lambda activity: activity.slug)
@pytest.mark.parametrize(
    "pain", [Pain(7, 0), Pain(0, 7), Pain(10, 10)], ids=lambda pain: f"back-{pain.back}-leg-{pain.leg}"
)
def test_severe_pain_at_rest_counts_as_the_acute_row(activity: Activity, pain: Pain) -> None:
    decision = ask(activity.slug, facts(pain_rest=pain))
    assert decision.outcome == OUTCOME[matrix().condition(ACUTE).cells[activity.letter]]


def test_pain_below_that_does_not() -> None:
    assert all(ask(slug, facts(pain_rest=Pain(6, 6))).passed for slug in ACTIVITIES if slug not in EXERCISES)
    assert all(ask(slug, facts(pain_rest=Pain(5, 6))).outcome == "go" for slug in EXERCISES)


@pytest.mark.parametrize("slug", EXERCISES)
def test_a_set_that_would_begin_in_the_red_zone_does_not_begin(slug: str) -> None:
    decision = ask(slug, facts(pain_rest=Pain(6, 0)))
    assert (decision.outcome, reasons(decision)) == ("blocked", {"red_at_rest": "blocked"})
    assert decision.reasons[0].text == gate_words().red_at_rest.text


def test_a_condition_of_the_list_can_be_the_acute_row_itself() -> None:
    assert ask("bridge", with_condition(ACUTE)).outcome == "blocked"


def test_of_several_conditions_the_strictest_decides_and_all_are_told() -> None:
    told = person(conditions=frozenset({"stenosis", "pregnancy", "abdominal_hernia"}))
    decision = ask("bridge", told)
    assert (decision.outcome, reasons(decision)) == ("clinician", {"stenosis": "adapt", "pregnancy": "clinician"})
    cleared = ask("bridge", person(conditions=told.profile.conditions, clearances=(clear("bridge", "pregnancy"),)))
    assert (cleared.outcome, reasons(cleared)) == ("adapt", {"stenosis": "adapt", "pregnancy": "go"})


def test_one_clearance_may_name_several_reasons_but_needs_each() -> None:
    both = frozenset({"recent_spine_surgery_or_fusion", "pregnancy"})
    assert ask("bridge", person(conditions=both, clearances=(clear("bridge", *both),))).passed
    for one in both:
        assert ask("bridge", person(conditions=both, clearances=(clear("bridge", one),))).outcome == "clinician"


def test_a_condition_that_is_not_known_is_no_answer() -> None:
    decision = ask("bridge", person(conditions=frozenset({"gout"})))
    assert (decision.outcome, decision.missing) == ("incomplete", ("conditions",))
    both = ask("sit-up", person(conditions=frozenset({"gout", "pregnancy"})))
    assert (both.outcome, both.missing) == ("blocked", ("conditions",))


def test_a_massage_cleared_by_stage_is_not_cleared_for_a_condition() -> None:
    told = person(conditions=frozenset({"pregnancy"}), clearances=(clear("relax", MASSAGE_DEFAULT),))
    assert ask("relax", told).outcome == "clinician"
