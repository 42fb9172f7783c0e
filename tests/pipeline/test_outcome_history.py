"""The measures of a person's entries: times, comparable series, changes, and what is due."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaries import WrittenDiary
from openlumbar.care.measure_cards import measure, measures
from openlumbar.care.outcomes import Change, Refusal, Score, score
from openlumbar.pipeline.outcome_history import course, courses, is_due, outcome_data, side_of, states_on

STEADY = settings(deadline=None, derandomize=True)
DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CALM = {"acute": False}


def answer(diary: WrittenDiary, name: str, day: date, own_words: dict[str, str] | None = None, **answers: float) -> int:
    scored = score(name, answers)
    assert isinstance(scored, Score)
    return diary.write("outcome", outcome_data(measure(name), answers, scored, own_words or {}), day=day)


def test_times_are_in_order_of_their_days_whenever_they_were_written() -> None:
    diary = WrittenDiary(NOW)
    answer(diary, "rmdq", DAY, total=8)
    answer(diary, "rmdq", DAY - timedelta(days=14), total=14)
    answer(diary, "nprs-back", DAY, pain=3)
    one = course(measure("rmdq"), diary.entries)
    assert [each.score.value for each in one.times] == [14, 8]
    found = one.change_at(one.times[1])
    assert isinstance(found, Change)
    assert found.kind == "better"
    assert one.change_at(one.times[0]) is None
    assert one.band is not None
    assert one.band.better_at == 8


@STEADY
@given(st.lists(st.integers(0, 24), max_size=5), st.integers(0, 24))
def test_withdrawing_a_time_leaves_the_course_as_before(totals: list[int], more: int) -> None:
    diary = WrittenDiary(NOW)
    for place, total in enumerate(totals):
        answer(diary, "rmdq", DAY + timedelta(days=place), total=total)
    before = course(measure("rmdq"), diary.entries)
    diary.withdraw(answer(diary, "rmdq", DAY, total=more))
    assert course(measure("rmdq"), diary.entries) == before


def test_activities_are_compared_only_with_the_same_ones() -> None:
    diary = WrittenDiary(NOW)
    old = {f"activity_{number}": f"thing {number}" for number in (1, 2, 3)}
    new = old | {"activity_3": "another thing"}
    answer(diary, "patient-specific", DAY, old, activity_1=2, activity_2=2, activity_3=2)
    answer(diary, "patient-specific", DAY + timedelta(days=14), new, activity_1=8, activity_2=8, activity_3=8)
    answer(diary, "patient-specific", DAY + timedelta(days=28), new, activity_1=8, activity_2=8, activity_3=9)
    one = course(measure("patient-specific"), diary.entries)
    assert [each.number for each in one.series] == [2, 3]
    between = one.change_at(one.times[1])
    assert isinstance(between, Refusal)
    assert between.problem == "not_comparable"
    later = one.change_at(one.times[2])
    assert isinstance(later, Change)
    assert later.kind == "no_clear_change"


def test_words_beside_what_was_not_rated_make_no_difference() -> None:
    diary = WrittenDiary(NOW)
    rated = {"activity_1": 2, "activity_2": 2, "activity_3": 2}
    words = {name: name for name in rated}
    answer(diary, "patient-specific", DAY, words, **rated)
    answer(diary, "patient-specific", DAY + timedelta(days=1), words | {"activity_4": "x"}, **rated)
    assert len(course(measure("patient-specific"), diary.entries).series) == 2


def test_a_change_is_shown_as_it_is() -> None:
    diary = WrittenDiary(NOW)
    for place in range(2):
        answer(diary, "global-change", DAY + timedelta(days=place), change=place)
    one = course(measure("global-change"), diary.entries)
    assert one.change_at(one.times[1]) is None
    assert one.band is None


def test_the_sides_are_measured_apart() -> None:
    diary = WrittenDiary(NOW)
    answer(diary, "slr-left", DAY, angle=40, below_knee=1)
    assert [len(course(measure(name), diary.entries).times) for name in ("slr-left", "slr-right")] == [1, 0]
    assert (side_of(measure("slr-left")), side_of(measure("slr-right")), side_of(measure("rmdq"))) == (
        "left", "right", None,
    )  # fmt: skip
    assert diary.entries[0].data["side"] == "left"
    finding = course(measure("slr-left"), diary.entries).times[0].score.finding
    assert finding is not None


def test_a_side_that_is_told_apart_from_its_measure_is_found_as_well() -> None:
    diary = WrittenDiary(NOW)
    diary.write("outcome", {"measure": "slr", "side": "right", "answers": {"angle": 70.0}, "own_words": {}})
    assert len(course(measure("slr-right"), diary.entries).times) == 1
    assert course(measure("slr-left"), diary.entries).times == ()


def test_what_its_card_cannot_score_is_left_out() -> None:
    diary = WrittenDiary(NOW)
    diary.write("outcome", {"measure": "rmdq", "side": None, "answers": {"total": 99}, "own_words": {}})
    assert course(measure("rmdq"), diary.entries).times == ()


def test_every_measure_has_a_course() -> None:
    assert [one.card.id for one in courses([])] == [card.id for card in measures()]
    assert all(one.last is None and one.band is None for one in courses([]))


@pytest.mark.parametrize(
    ("name", "is_asked_first"),
    [("nprs-back", True), ("patient-specific", True), ("rmdq", False), ("odi-total", False), ("slr-left", False),
     ("joa-total", False)],
)  # fmt: skip
def test_nobody_is_sent_to_look_for_a_form_or_a_therapist(name: str, is_asked_first: bool) -> None:
    assert is_due(course(measure(name), []), DAY, CALM) == is_asked_first


def test_a_form_that_somebody_has_is_asked_for_again() -> None:
    diary = WrittenDiary(NOW)
    answer(diary, "rmdq", DAY, total=8)
    one = course(measure("rmdq"), diary.entries)
    assert [is_due(one, DAY + timedelta(days=days), CALM) for days in (0, 13, 14)] == [False, False, True]


@pytest.mark.parametrize(
    ("onset", "acute"), [(None, None), ("2026-03-05", None), ("2026-03-01", True), ("2026-01-01", False)]
)
def test_bending_forward_waits_unless_the_first_days_are_known_to_be_over(
    onset: str | None, acute: bool | None
) -> None:
    diary = WrittenDiary(NOW)
    diary.write("profile", {"onset": onset})
    states = states_on(diary.entries, DAY)
    assert states == {"acute": acute}
    assert is_due(course(measure("finger-floor"), []), DAY, states) == (acute is False)


def test_without_a_profile_nothing_is_known() -> None:
    assert states_on([], DAY) == {"acute": None}
