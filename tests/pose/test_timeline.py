from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlumbar.pose.timeline import Timeline

TICK_S, STEP_S = Fraction(1, 90_000), Fraction(1, 30)


@given(st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40)), min_size=1))
def test_times_start_at_zero_and_always_increase(stamps: list[int | None]) -> None:
    timeline = Timeline(TICK_S, STEP_S)
    times_s = [timeline.place(stamp) for stamp in stamps]

    assert times_s[0] == 0
    assert all(earlier < later for earlier, later in pairwise(times_s))
    assert timeline.last_s == times_s[-1]


@given(st.integers(-(2**33), 2**33), st.lists(st.integers(1, 10**7), min_size=1))
def test_good_stamps_are_kept_exactly(start: int, steps: list[int]) -> None:
    timeline, stamp = Timeline(TICK_S, STEP_S), start
    timeline.place(stamp)
    for step in steps:
        stamp += step
        assert timeline.place(stamp) == float((stamp - start) * TICK_S)
    assert timeline.repaired_count == 0


@pytest.mark.parametrize(
    ("stamps", "expected_s"),
    [
        ([0, 3000, None, 9000], [0, 1 / 30, 2 / 30, 0.1]),
        ([0, 3000, 3000, 6000], [0, 1 / 30, 1 / 20, 2 / 30]),
        ([0, 6000, 3000, 9000], [0, 2 / 30, 2.5 / 30, 0.1]),
        ([900_000, 903_000, 0, 3000], [0, 1 / 30, 2 / 30, 0.1]),
        ([None, 9000, 12_000], [0, 1 / 30, 2 / 30]),
    ],
    ids=["missing", "repeated", "disorder", "restarted clock", "missing at first"],
)
def test_bad_stamps_get_likely_times(stamps: list[int | None], expected_s: list[float]) -> None:
    timeline = Timeline(TICK_S, STEP_S)

    assert [timeline.place(stamp) for stamp in stamps] == pytest.approx(expected_s)
    assert timeline.repaired_count == 1
