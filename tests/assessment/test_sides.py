import math

import pytest

from openlumbar.assessment.events import RaisedHand, Side
from openlumbar.assessment.excursion import Excursion
from openlumbar.assessment.sides import WIND_UP_WITHIN_S, SwingOrder, WindUpFilter, raised_hand_of, side_of
from openlumbar.kinematics.signals import Sample


def test_positive_is_the_persons_left() -> None:
    assert (side_of(1), side_of(-1)) == ("left", "right")


@pytest.mark.parametrize(
    ("seen", "hand"),
    [
        ([1, 1, -1], "left"),
        ([-1, -1, 0], "right"),
        ([2, 2, 1], "both"),
        ([0, 0, 1], "none"),
        ([math.nan, -1], "right"),
        ([math.nan], None),
        ([], None),
    ],
)
def test_the_hand_that_was_up_most_of_the_time(seen: list[float], hand: RaisedHand | None) -> None:
    assert raised_hand_of([Sample(0.0, {"raised_hand": value}) for value in seen]) == hand


def wrong(*swings: tuple[Side, RaisedHand]) -> list[int]:
    order = SwingOrder()
    return [index for index, swing in enumerate(swings) if order.wrong_side(*swing)]


def test_the_first_swing_goes_away_from_the_raised_hand() -> None:
    assert wrong(("left", "right"), ("right", "right"), ("left", "right")) == []
    assert wrong(("right", "right"), ("left", "right"), ("right", "right")) == [0]
    assert wrong(("left", "left")) == [0]


def test_each_bout_has_its_own_first_swing() -> None:
    assert wrong(("left", "right"), ("right", "right"), ("left", "left"), ("right", "left")) == [2]
    assert wrong(("right", "right"), ("left", "none"), ("right", "right")) == [0, 2]


def test_without_one_hand_up_there_is_no_wrong_side() -> None:
    assert wrong(("left", "none"), ("left", "both"), ("right", "both"), ("right", "none")) == []


def swing(side: int, height: float, left_s: float, long_s: float = 0.8) -> Excursion:
    return Excursion(side, 0.0, height, left_s, left_s + long_s / 2, left_s + long_s, -math.inf)


def settled(*swings: Excursion, two_sided: bool = True) -> list[float]:
    """Offer swings as they end, and rest after the last; return the heights that are let through."""
    wind_ups = WindUpFilter(two_sided=two_sided)
    through = [e for done in swings for e in wind_ups.offer(done.ended_s, done, 0)]
    return [excursion.side * excursion.height for excursion in [*through, *wind_ups.flush(None)]]


def test_a_small_swing_just_before_a_larger_one_to_the_other_side_is_a_wind_up() -> None:
    assert settled(swing(-1, 9.0, 0.0), swing(1, 30.0, 0.8)) == [30.0]


@pytest.mark.parametrize(
    "second",
    [
        swing(1, 30.0, 3.0),  # later
        swing(-1, 30.0, 0.8),  # to the same side
        swing(1, 10.0, 0.8),  # no larger
    ],
)
def test_other_swings_are_swings(second: Excursion) -> None:
    assert len(settled(swing(-1, 9.0, 0.0), second)) == 2


def test_one_sided_movements_have_no_wind_ups() -> None:
    assert len(settled(swing(-1, 9.0, 0.0), swing(1, 30.0, 0.8), two_sided=False)) == 2


def test_alternating_swings_that_grow_all_count() -> None:
    grows = [swing((-1) ** index, 10.0 + 2 * index, 0.8 * index) for index in range(8)]
    assert len(settled(*grows)) == 8


def test_a_swing_is_held_back_for_a_limited_time() -> None:
    wind_ups, first = WindUpFilter(two_sided=True), swing(1, 20.0, 0.0)
    assert wind_ups.offer(first.ended_s, first, 0) == []
    assert wind_ups.waiting
    assert wind_ups.offer(1.2, None, 0) == []
    assert wind_ups.offer(first.peak_s + WIND_UP_WITHIN_S + 0.01, None, 0) == [first]
    assert not wind_ups.waiting


def test_nothing_held_back_is_lost_at_the_end() -> None:
    wind_ups, first = WindUpFilter(two_sided=True), swing(1, 20.0, 0.0)
    wind_ups.offer(first.ended_s, first, 0)
    assert wind_ups.flush(None) == [first]
    assert wind_ups.flush(None) == []
