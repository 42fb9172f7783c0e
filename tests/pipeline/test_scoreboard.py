import pytest

from openlumbar.assessment.events import PhaseChanged, Repetition, RepetitionDone, Side, Unseen
from openlumbar.pipeline.scoreboard import FAULT_SHOWN_S, Scoreboard
from openlumbar.pipeline.session import tasks_for


def done(
    at_s: float, *, counted: bool = True, side: Side | None = None, faults: tuple[str, ...] = ()
) -> RepetitionDone:
    return RepetitionDone(at_s, Repetition(at_s - 3, at_s - 2, at_s, counted=counted, side=side, faults=faults))


def test_a_repetition_counts_from_the_moment_it_is_done() -> None:
    board = Scoreboard(tasks_for("bridge"))
    board.take({"bridge": [done(4.0), done(9.0, counted=False), done(12.0)]})
    assert [board.at(time_s).count for time_s in (3.9, 4.0, 9.0, 12.0, 50.0)] == [0, 1, 1, 2, 2]


def test_what_is_told_late_shows_at_once() -> None:
    board = Scoreboard(tasks_for("bridge"))
    board.at(10.0)
    board.take({"bridge": [done(4.0)]})
    assert board.at(10.1).count == 1


def test_the_hold_fills_while_the_top_is_held() -> None:
    board = Scoreboard(tasks_for("bridge"))  # L2 holds for 5 s
    board.take({"bridge": [PhaseChanged(2.0, "top"), PhaseChanged(8.0, "back")]})
    fractions = [board.at(time_s).hold_fraction for time_s in (1.0, 2.0, 4.5, 7.5, 8.0)]
    assert fractions == [None, 0.0, pytest.approx(0.5), 1.0, None]


def test_nothing_is_held_where_nobody_is_seen_or_no_hold_is_asked_for() -> None:
    bridge, twist = Scoreboard(tasks_for("bridge")), Scoreboard(tasks_for("cross-twist"))
    bridge.take({"bridge": [PhaseChanged(2.0, "top"), Unseen(3.0, "no_person")]})
    twist.take({"cross-twist": [PhaseChanged(2.0, "top", "left")]})
    assert bridge.at(3.0).hold_fraction is None
    assert twist.at(3.0).hold_fraction is None


def test_sides_are_counted_where_the_exercise_has_sides() -> None:
    board = Scoreboard(tasks_for("cross-twist"))
    board.take({"cross-twist": [done(4.0, side="left"), done(8.0, side="right"), done(12.0, side="left")]})
    overlay = board.at(12.0)
    assert (overlay.count, overlay.left, overlay.right) == (3, 2, 1)
    assert Scoreboard(tasks_for("bridge")).at(0.0).left is None


def test_a_fault_shows_for_a_while() -> None:
    board = Scoreboard(tasks_for("bridge"))
    board.take({"bridge": [done(4.0, faults=("short_hold",))]})
    shown = [board.at(time_s).fault for time_s in (3.9, 4.0, 4.0 + FAULT_SHOWN_S, 4.1 + FAULT_SHOWN_S)]
    assert shown == [False, True, True, False]


def test_of_several_exercises_the_leading_one_shows() -> None:
    board = Scoreboard(tasks_for("auto"))
    board.take({"bridge": [], "sit-up": [done(4.0), done(8.0)], "cross-twist": [done(6.0, side="left")]})
    assert [board.at(time_s).count for time_s in (5.0, 9.0)] == [1, 2]
    assert board.at(9.0).left is None
