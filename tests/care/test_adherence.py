"""How much was done, a streak that does not blame, and when a clinician should look."""

from datetime import date, timedelta

import pytest

from openlumbar.care.adherence import Adherence, Streak, adherence, adherence_rules, streak
from openlumbar.care.clinician_flags import Outcome, flags, no_gain, red_days
from openlumbar.care.day_record import DayRecord, Work
from openlumbar.care.pain import DayPain, Pain
from openlumbar.care.progression_rules import progression_rules
from openlumbar.errors import InputError

TODAY = date(2026, 5, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def did(days_ago: int, done: int, prescribed: int = 2, slug: str = "bridge") -> DayRecord:
    return DayRecord(ago(days_ago), {slug: Work("L1", prescribed, done)})


def test_the_last_days_are_added_up() -> None:
    history = [did(7, 2), did(6, 1), did(5, 2), did(4, 3), did(3, 0), did(2, 2), did(1, 2), did(0, 0)]
    assert adherence(history, TODAY, 7) == Adherence(7, 9, 14)
    assert adherence(history, TODAY, 28) == Adherence(28, 11, 16)
    assert adherence(history, ago(1), 2) == Adherence(2, 4, 4)
    assert adherence([], TODAY, 7) == Adherence(7, 0, 0)


def test_a_day_without_a_record_was_missed_unless_we_asked_to_rest() -> None:
    history = [did(4, 2), did(1, 2)]
    assert adherence(history, TODAY, 7) == Adherence(7, 4, 8)
    assert adherence(history, TODAY, 7, rest_days=[ago(3), ago(2)]) == Adherence(7, 4, 4)
    assert adherence([did(4, 2), did(3, 0, 0)], ago(1), 7) == Adherence(7, 2, 4)
    assert adherence([did(9, 1, 1)], TODAY, 3) == Adherence(3, 0, 2)


def test_one_exercise_or_all() -> None:
    both = DayRecord(ago(1), {"bridge": Work("L1", 2, 1), "sit-up": Work("L1", 3, 3)})
    assert adherence([both], TODAY, 7) == Adherence(7, 4, 5)
    assert adherence([both], TODAY, 7, exercise="bridge") == Adherence(7, 1, 2)
    assert adherence([both], TODAY, 7, exercise="cross-twist") == Adherence(7, 0, 0)


@pytest.mark.parametrize(("done", "place"), [(10, 0), (8, 0), (7, 1), (5, 1), (4, 2), (0, 2)])
def test_what_is_said_follows_the_share(done: int, place: int) -> None:
    words = Adherence(7, done, 10).words()
    assert words.en.startswith(f"{done} of 10 sets in 7 days.")
    assert words.en.endswith(adherence_rules().say[place].text.en.split(". ")[-1])
    assert Adherence(7, done, 10).share == done / 10


def test_nothing_asked_is_no_failure() -> None:
    assert Adherence(7, 0, 0).share is None
    assert Adherence(7, 0, 0).words().en.startswith("Nothing was asked of you in these 7 days")
    assert "7" in Adherence(7, 0, 0).words().zh


def test_the_bands_run_down_to_nothing() -> None:
    shares = [say.from_share for say in adherence_rules().say]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == 0
    forgiven = adherence_rules().forgiven_days.value
    assert forgiven + 1 == progression_rules().missed[0].from_days.value
    assert adherence_rules().clinician_signoff == ""
    assert (adherence_rules().week_days.value, adherence_rules().month_days.value) == (7, 28)


@pytest.mark.parametrize(
    ("done_days_ago", "rest_days_ago", "expected"),
    [
        ([], [], 0),
        ([0], [], 1),
        ([1], [], 1),
        ([0, 1, 2], [], 3),
        ([0, 3, 6], [], 3),
        ([0, 4], [], 1),
        ([3], [], 1),
        ([4], [], 0),
        ([0, 6], [2, 3, 4], 2),
        ([5], [1, 2], 1),
        ([0, 1, 6], [], 2),
    ],
)
def test_a_streak_forgives_two_days_and_never_counts_rest(
    done_days_ago: list[int], rest_days_ago: list[int], expected: int
) -> None:
    history = [did(days, 1) for days in done_days_ago]
    days_off = [ago(days) for days in rest_days_ago]
    assert streak(history, TODAY, rest_days=days_off).days == expected
    recorded = [*history, *(did(days, 0, 0) for days in rest_days_ago)]
    assert streak(recorded, TODAY).days == expected
    empty = [*history, *(DayRecord(day) for day in days_off)]
    assert streak(empty, TODAY, rest_days=days_off).days == expected


def test_a_day_with_nothing_done_of_what_was_asked_is_a_missed_one() -> None:
    assert streak([did(4, 1), did(3, 0), did(2, 0), did(1, 0)], TODAY).days == 0
    assert streak([did(3, 1), did(2, 0), did(1, 0), did(0, 0)], TODAY).days == 1
    half = DayRecord(ago(1), {"bridge": Work("L1", 1, 0), "sit-up": Work("L1", 0, 0)})
    assert streak([did(4, 1), did(3, 0), did(2, 0), half], TODAY).days == 0


def test_the_words_of_a_streak() -> None:
    words = adherence_rules().streak
    assert Streak(0).words() == words.none
    assert Streak(1).words() == words.first
    assert Streak(2).words().en.startswith("2 days of exercise")


# ------------------------------------------------------------------------------------------------- a clinician


def red(days_ago: int) -> DayRecord:
    return DayRecord(ago(days_ago), {}, DayPain(Pain(6, 0)))


def test_two_red_days_in_seven_are_flagged() -> None:
    assert red_days([red(0), red(6), red(7), did(1, 1)], TODAY) == 2
    assert [flag.id for flag in flags([red(0), red(6)], TODAY)] == ["red_days"]
    assert flags([red(0), red(7)], TODAY) == ()
    assert flags([red(0)], TODAY) == ()
    assert flags([red(0), red(6)], TODAY)[0].text == progression_rules().flags["red_days"]


@pytest.mark.parametrize(
    ("measure", "first", "last", "has_gained"),
    [
        ("nprs_back", 8, 6, True),
        ("nprs_back", 8, 7, False),
        ("nprs_back", 3, 2, True),
        ("nprs_back", 4, 3, False),
        ("nprs_back", 10, 8, True),
        ("nprs_leg", 1, 0, True),
        ("nprs_leg", 0, 0, False),
        ("nprs_leg", 5, 6, False),
        ("rmdq", 15, 10, True),
        ("rmdq", 15, 11, False),
        ("rmdq", 4, 2, True),
        ("rmdq", 4, 3, False),
        ("rmdq", 2, 2, False),
    ],
)
def test_which_fall_is_a_gain(measure: str, first: float, last: float, has_gained: bool) -> None:
    totals = [Outcome(ago(42), measure, first), Outcome(TODAY, measure, last)]  # type: ignore[arg-type]
    assert no_gain(totals, TODAY) is (not has_gained)
    assert no_gain(reversed(totals), TODAY) is (not has_gained)


def test_no_gain_is_told_after_six_weeks_and_only_when_measured_again() -> None:
    first, same, later = Outcome(ago(42), "rmdq", 12), Outcome(ago(1), "rmdq", 12), Outcome(TODAY, "rmdq", 12)
    assert no_gain([], TODAY) is None
    assert no_gain([first, same], ago(1)) is False
    assert no_gain([first, same], TODAY) is None
    assert no_gain([first, later], TODAY) is True
    assert no_gain([first, Outcome(ago(-1), "rmdq", 1)], TODAY) is None
    assert [flag.id for flag in flags([], TODAY, [first, later])] == ["no_gain"]
    assert flags([], TODAY, [first, same]) == ()
    back = [Outcome(ago(42), "nprs_back", 6), Outcome(TODAY, "nprs_back", 3)]
    assert no_gain([first, later, *back], TODAY) is False


@pytest.mark.parametrize(("measure", "total"), [("rmdq", 25), ("rmdq", -1), ("nprs_leg", 11)])
def test_a_total_off_the_scale_is_refused(measure: str, total: float) -> None:
    with pytest.raises(InputError, match=f"total of {measure}"):
        Outcome(TODAY, measure, total)  # type: ignore[arg-type]
    Outcome(TODAY, "rmdq", 24)
    Outcome(TODAY, "rmdq", 0)
