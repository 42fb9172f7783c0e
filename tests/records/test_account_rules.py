from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from openlumbar.records.account_rules import account_rules, common_words

RULES = account_rules()


def test_a_few_wrong_tries_cost_nothing_and_then_waiting_grows() -> None:
    waits = [RULES.wait_after(wrong) for wrong in range(1, 12)]
    told = [None if wait is None else wait.total_seconds() for wait in waits]
    assert told == [None, None, None, None, 30, 60, 120, 240, 480, 900, 900]


@given(st.integers(0, 10**9))
def test_nobody_waits_longer_than_the_longest(wrong: int) -> None:
    wait, next_wait = RULES.wait_after(wrong), RULES.wait_after(wrong + 1)
    assert (wait or timedelta(0)) <= (next_wait or timedelta(0)) <= timedelta(seconds=RULES.longest_wait_s)


def test_staff_are_asked_again_sooner_than_patients() -> None:
    for role in ("therapist", "administrator"):
        assert RULES.idle(role) == timedelta(hours=1) < RULES.idle("patient")
        assert RULES.longest(role) == timedelta(hours=24) < RULES.longest("patient") == timedelta(days=30)


def test_the_words_are_written_as_they_are_compared() -> None:
    assert {"openlumbar", "password", "密码"} <= common_words()
    assert {word for word in common_words() if word != word.casefold() or not word.isalnum()} == set()
