"""Every worked case of every card: what is done, and what the assessment must say of it."""

import pytest
from tests.movements import judge, samples_of, trapezoids

from openlumbar.cards import Card, Case, exercise, exercise_slugs
from openlumbar.kinematics.signals import SIGNAL_NAMES

CASES = [
    pytest.param(exercise(slug), case, id=f"{slug}: {case.name}")
    for slug in exercise_slugs()
    for case in exercise(slug).cases
]


@pytest.mark.parametrize(("card", "case"), CASES)
def test_the_worked_case_holds(card: Card, case: Case) -> None:
    judged = judge(card, samples_of(card, trapezoids(case.repetitions), **case.signals), case.level)
    assert judged.counted == case.expect_counted
    assert judged.faults == case.expect_faults
    assert judged.reason == case.expect_reason


@pytest.mark.parametrize("slug", exercise_slugs())
def test_a_card_shows_all_it_can_say(slug: str) -> None:
    """Each fault fires in a case, one case is without any, and the signals exist."""
    card = exercise(slug)
    shown = {code for case in card.cases for code in case.expect_faults}
    assert shown == {rule.code for rule in card.faults}
    assert any(not case.expect_faults and case.expect_reason is None for case in card.cases)
    assert any(case.expect_reason for case in card.cases)
    named = {*card.case_signals, *(name for case in card.cases for name in case.signals)}
    assert named <= set(SIGNAL_NAMES)
