"""Cycles of signals whose answer is known, what must not change them, and the labelled recordings."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from benchmarks import kimore_repetitions
from hypothesis import given, settings
from hypothesis import strategies as st

from openlumbar.assessment.segmentation import Cycle, segment_cycles
from openlumbar.errors import InputError

RATE_HZ = 30.0
Signal = npt.NDArray[np.float64]


def clock(duration_s: float, rate_hz: float = RATE_HZ) -> Signal:
    return np.arange(round(duration_s * rate_hz) + 1) / rate_hz


def bumps(time_s: Signal, centres_s: list[float], width_s: float, heights: list[float] | None = None) -> Signal:
    """Raised cosines of the given full width on a rest at zero."""
    value = np.zeros_like(time_s)
    for centre_s, height in zip(centres_s, heights or [1.0] * len(centres_s), strict=True):
        phase = (time_s - centre_s) / width_s
        value += np.where(np.abs(phase) < 0.5, height * (1 + np.cos(2 * np.pi * phase)) / 2, 0.0)
    return value


def trapezoids(time_s: Signal, starts_s: list[float], ramp_s: float, hold_s: float) -> Signal:
    value = np.zeros_like(time_s)
    for start_s in starts_s:
        corners_s = start_s + np.cumsum([0, ramp_s, hold_s, ramp_s])
        value += np.interp(time_s, corners_s, [0, 1, 1, 0])
    return value


def as_array(cycles: list[Cycle]) -> Signal:
    return np.array([(c.start_s, c.peak_s, c.end_s) for c in cycles]).reshape(-1, 3)


def assert_alike(one: list[Cycle], other: list[Cycle], within_s: float) -> None:
    assert len(one) == len(other)
    np.testing.assert_allclose(as_array(one), as_array(other), atol=within_s)


@pytest.mark.parametrize(("rest", "sign"), [("low", 1), ("high", -1)])
def test_a_sine_gives_one_cycle_a_period_with_shared_borders(rest: str, sign: int) -> None:
    time_s = clock(30)
    cycles = segment_cycles(time_s, sign * -np.cos(2 * np.pi * time_s / 5), rest)
    expected = np.array([(5 * k, 5 * k + 2.5, 5 * k + 5) for k in range(6)])
    np.testing.assert_allclose(as_array(cycles), expected, atol=0.15)
    assert all(a.end_s == b.start_s for a, b in pairwise(cycles))


def test_a_sine_about_its_middle_gives_two_cycles_a_period() -> None:
    time_s = clock(30)
    cycles = segment_cycles(time_s, np.sin(2 * np.pi * time_s / 6), "middle")
    expected = np.array([(3 * k, 3 * k + 1.5, 3 * k + 3) for k in range(10)])
    np.testing.assert_allclose(as_array(cycles), expected, atol=0.2)


def test_sides_of_unequal_amplitude_are_both_counted() -> None:
    time_s = clock(32)
    swing = np.sin(2 * np.pi * time_s / 8)
    cycles = segment_cycles(time_s, np.where(swing > 0, swing, 0.5 * swing), "middle")
    assert len(cycles) == 8


@pytest.mark.parametrize("sign", [1, -1])
def test_sides_that_both_show_the_same_way_are_both_counted(sign: int) -> None:
    time_s = clock(44)
    centres_s = [2 + 4 * k for k in range(11)]
    value = bumps(time_s, centres_s, 3.5, [1.0 if k % 2 else 0.4 for k in range(11)])
    cycles = segment_cycles(time_s, sign * value, "middle")
    np.testing.assert_allclose(as_array(cycles)[:, 1], centres_s, atol=0.1)


def test_a_held_rest_belongs_to_no_cycle() -> None:
    time_s = clock(40)
    cycles = segment_cycles(time_s, bumps(time_s, [5, 15, 25, 35], 4))
    np.testing.assert_allclose(as_array(cycles)[:, 1], [5, 15, 25, 35], atol=0.05)
    assert all(3 < c.end_s - c.start_s < 5.5 for c in cycles)


def test_a_hold_at_the_top_is_one_cycle_with_its_peak_inside_the_hold() -> None:
    time_s = clock(46)
    starts_s = [1.0, 12.0, 23.0, 34.0]
    cycles = segment_cycles(time_s, trapezoids(time_s, starts_s, 1.5, 6.0))
    assert len(cycles) == 4
    for cycle, start_s in zip(cycles, starts_s, strict=True):
        assert start_s + 1.4 <= cycle.peak_s <= start_s + 7.6
        assert abs(cycle.start_s - start_s) < 1.6
        assert abs(cycle.end_s - start_s - 9) < 1.6


def test_unequal_amplitudes_drift_and_noise_leave_the_count() -> None:
    time_s = clock(48)
    heights = [1, 0.7, 0.9, 0.6, 1, 0.8, 0.7, 0.95]
    value = bumps(time_s, [3 + 6 * k for k in range(8)], 5, heights)
    noise = np.random.default_rng(7).normal(0, 0.05, len(time_s))
    cycles = segment_cycles(time_s, value + 0.01 * time_s + noise)
    np.testing.assert_allclose(as_array(cycles)[:, 1], [3 + 6 * k for k in range(8)], atol=0.5)


def test_a_double_bump_is_one_cycle() -> None:
    time_s = clock(40)
    centres_s = [4 + 8 * k for k in range(5)]
    double = bumps(time_s, [c - 1 for c in centres_s], 4) + bumps(time_s, [c + 1 for c in centres_s], 4)
    dip = bumps(time_s, centres_s, 1.5, [0.25] * 5)
    cycles = segment_cycles(time_s, double - dip)
    assert len(cycles) == 5


def test_small_fidgets_are_no_cycles() -> None:
    time_s = clock(40)
    value = bumps(time_s, [5, 15, 25, 35], 4) + bumps(time_s, [10, 20, 30], 2, [0.12] * 3)
    assert len(segment_cycles(time_s, value)) == 4


def test_a_short_exercise_in_a_long_rest_is_found() -> None:
    time_s = clock(300)
    noise = np.random.default_rng(3).normal(0, 0.02, len(time_s))
    cycles = segment_cycles(time_s, bumps(time_s, [120, 124, 128, 132], 3.5) + noise)
    np.testing.assert_allclose(as_array(cycles)[:, 1], [120, 124, 128, 132], atol=0.5)


@pytest.mark.parametrize("rest", ["low", "high", "middle"])
def test_white_noise_and_a_ramp_hold_no_rhythm(rest: str) -> None:
    time_s = clock(30)
    for seed in range(5):
        assert segment_cycles(time_s, np.random.default_rng(seed).normal(size=len(time_s)), rest) == []
    assert segment_cycles(time_s, time_s, rest) == []


@pytest.mark.parametrize("rest", ["low", "high", "middle"])
@pytest.mark.parametrize("level", [0.0, 5.0, 1e6 / 3])
def test_a_constant_holds_no_cycle(rest: str, level: float) -> None:
    assert segment_cycles(clock(10), np.full(301, level), rest) == []


@pytest.mark.parametrize("rest", ["low", "high", "middle"])
@pytest.mark.parametrize("length", range(12))
def test_very_short_signals_are_no_error(rest: str, length: int) -> None:
    time_s = clock(1)[:length]
    assert len(segment_cycles(time_s, np.sin(9 * time_s), rest)) <= 1


def test_all_nan_holds_no_cycle() -> None:
    assert segment_cycles(clock(3), np.full(91, np.nan)) == []


def test_no_cycle_bridges_a_long_gap_and_short_gaps_do_not_matter() -> None:
    time_s = clock(40)
    value = -np.cos(2 * np.pi * time_s / 5)
    holed = value.copy()
    holed[(time_s > 12) & (time_s < 14.5)] = np.nan
    holed[(time_s > 26) & (time_s < 26.4)] = np.nan
    cycles = segment_cycles(time_s, holed)
    whole = [c for c in cycles if c.end_s - c.start_s > 4]
    assert [round(c.start_s / 5) for c in whole] == [0, 1, 3, 4, 5, 6, 7]
    assert not any(c.start_s < 12.2 and c.end_s > 14.3 for c in cycles)


def test_a_hole_in_the_times_is_a_gap() -> None:
    time_s = clock(20)
    value = -np.cos(2 * np.pi * time_s / 4)
    later_s = np.where(time_s > 10, time_s + 3600, time_s)
    cycles = segment_cycles(later_s, value)
    assert all(c.end_s - c.start_s < 5 for c in cycles)
    assert len(cycles) >= 4


def test_the_peak_is_the_extreme_of_the_samples() -> None:
    time_s = clock(30)
    value = -np.cos(2 * np.pi * time_s / 5) + np.random.default_rng(1).normal(0, 0.05, len(time_s))
    for rest, farthest in (("low", np.max), ("high", np.min)):
        for cycle in segment_cycles(time_s, value, rest):
            part = value[(time_s >= cycle.start_s) & (time_s <= cycle.end_s)]
            assert value[np.searchsorted(time_s, cycle.peak_s)] == farthest(part)


@pytest.mark.parametrize(
    ("time_s", "value", "rest", "told"),
    [
        ([0, 1, 2], [0, 1, 0], "top", "rest: is 'top'; expected"),
        ([0, 1, 2], [0, 1, 0], None, "rest: is None; expected"),
        ([0, 1, 2], [0, 1], "low", "value: has 2 samples; expected 3"),
        ([0, 2, 1], [0, 1, 0], "low", "time_s: goes from 2 to 1 at sample 2; expected strictly increasing"),
        ([0, 1, 1], [0, 1, 0], "low", "time_s: goes from 1 to 1 at sample 2; expected strictly increasing"),
        ([0, np.nan, 1], [0, 1, 0], "low", "time_s: holds NaN or infinity; expected a finite time"),
        ([0, 1, 2], [0, np.inf, 0], "low", "value: is inf at sample 1; expected finite numbers"),
        ([0, 1, 2], [[0, 1, 0]], "low", "value: holds int64 of shape (1, 3); expected a 1-D sequence"),
        ([0, 1, 2], 3.0, "low", "value: holds float64 of shape (); expected a 1-D sequence"),
        ([0, 1, 2], ["a", "b", "c"], "low", "value: holds str32 of shape (3,); expected a 1-D sequence"),
        ([0, 1, 2], [[0], [1, 2], 3], "low", "value: is [[0], [1, 2], 3]; expected a 1-D sequence"),
        ([0, 1, 2], [1j, 0, 0], "low", "value: holds complex128 of shape (3,); expected a 1-D sequence"),
    ],
)
def test_bad_input_is_named(time_s: object, value: object, rest: object, told: str) -> None:
    with pytest.raises(InputError) as caught:
        segment_cycles(time_s, value, rest)  # type: ignore[arg-type]
    assert told in str(caught.value)


class Session:
    """A patient's session: repetitions of varying depth and duration with a little noise."""

    def __init__(self, count: int, seed: int) -> None:
        self.count, self.seed = count, seed
        random = np.random.default_rng(seed)
        durations_s = 4 * random.uniform(0.8, 1.25, count)
        ends_s = 1 + np.cumsum(durations_s)
        self.time_s = clock(float(ends_s[-1]) + 1)
        self.value = random.normal(0, 0.01, len(self.time_s))
        for end_s, duration_s, depth in zip(ends_s, durations_s, random.uniform(0.75, 1, count), strict=True):
            self.value += bumps(self.time_s, [end_s - duration_s / 2], duration_s, [depth])

    def __repr__(self) -> str:
        return f"Session({self.count}, {self.seed})"


def exercises() -> st.SearchStrategy[Session]:
    return st.builds(Session, st.integers(3, 8), st.integers(0, 10_000))


RESTS = st.sampled_from(["low", "high", "middle"])
SESSIONS = settings(max_examples=20, deadline=None, derandomize=True)


@SESSIONS
@given(exercises(), RESTS, st.integers(-9, 6), st.floats(-3, 3))
def test_scale_and_offset_change_nothing(session: Session, rest: str, power: int, offset: float) -> None:
    time_s, value = session.time_s, session.value
    scaled = (value + offset) * 10.0**power
    assert_alike(segment_cycles(time_s, value, rest), segment_cycles(time_s, scaled, rest), within_s=0.05)


@SESSIONS
@given(exercises(), RESTS, st.floats(0.05, 20), st.floats(-1e4, 1e4))
def test_speed_and_the_clocks_zero_change_only_the_times(
    session: Session, rest: str, factor: float, zero_s: float
) -> None:
    time_s, value = session.time_s, session.value
    once = segment_cycles(time_s, value, rest)
    again = segment_cycles(time_s * factor + zero_s, value, rest)
    assert len(once) == len(again)
    np.testing.assert_allclose((as_array(again) - zero_s) / factor, as_array(once), atol=0.05)


@SESSIONS
@given(exercises())
def test_upside_down_swaps_low_and_high_and_keeps_the_middle(session: Session) -> None:
    time_s, value = session.time_s, session.value
    assert segment_cycles(time_s, value, "low") == segment_cycles(time_s, -value, "high")
    assert_alike(segment_cycles(time_s, value, "middle"), segment_cycles(time_s, -value, "middle"), within_s=0.05)


@SESSIONS
@given(exercises(), st.sampled_from(["low", "high"]))
def test_backwards_mirrors_the_cycles(session: Session, rest: str) -> None:
    time_s, value = session.time_s, session.value
    value = value if rest == "low" else -value
    mirrored = [
        Cycle(time_s[-1] - c.end_s, time_s[-1] - c.peak_s, time_s[-1] - c.start_s)
        for c in reversed(segment_cycles(time_s, value[::-1], rest))  # type: ignore[arg-type]
    ]
    there, back = as_array(segment_cycles(time_s, value, rest)), as_array(mirrored)  # type: ignore[arg-type]
    assert there.shape == back.shape
    # the outer borders lie in the rest around the set, where either end of it is a fair answer
    np.testing.assert_allclose(there.ravel()[1:-1], back.ravel()[1:-1], atol=0.7)


@SESSIONS
@given(exercises())
def test_cycles_are_in_order_and_do_not_overlap(session: Session) -> None:
    for rest in ("low", "high", "middle"):
        times = as_array(segment_cycles(session.time_s, session.value, rest)).ravel()  # type: ignore[arg-type]
        assert np.all(np.diff(times) >= 0)


@SESSIONS
@given(exercises(), exercises())
def test_one_session_after_another_adds_up(one: Session, two: Session) -> None:
    value = np.concatenate((one.value, two.value))
    both = segment_cycles(np.arange(len(value)) / RATE_HZ, value)
    assert len(both) == len(segment_cycles(one.time_s, one.value)) + len(segment_cycles(two.time_s, two.value))


@pytest.mark.parametrize("rate_hz", [15.0, 60.0, 240.0])
def test_the_sampling_rate_changes_nothing(rate_hz: float) -> None:
    coarse_s, fine_s = clock(30), clock(30, rate_hz)
    expected = segment_cycles(coarse_s, bumps(coarse_s, [4, 9, 14, 19, 24], 4.5))
    assert_alike(expected, segment_cycles(fine_s, bumps(fine_s, [4, 9, 14, 19, 24], 4.5)), within_s=0.3)


def test_uneven_times_change_nothing() -> None:
    random = np.random.default_rng(5)
    time_s = np.sort(random.uniform(0, 30, 900))
    cycles = segment_cycles(time_s, -np.cos(2 * np.pi * time_s / 5))
    np.testing.assert_allclose(as_array(cycles)[:, 1], [2.5 + 5 * k for k in range(6)], atol=0.2)


@pytest.mark.clips
def test_the_repetitions_of_patients_are_found(data_dir: object) -> None:
    folder = kimore_repetitions.labelled_set(kimore_repetitions.DATA)
    if folder is None:
        pytest.skip(f"no {kimore_repetitions.DATA} in {data_dir}")
    own = {}
    for exercise, rest in kimore_repetitions.RESTS.items():
        people = [person.labelled_span() for person in kimore_repetitions.load(folder, exercise)]
        own[exercise] = kimore_repetitions.tally(people, rest, kimore_repetitions.segment).summary()
    assert np.mean([row["f1"] for row in own.values()]) >= 0.92
    assert {exercise: row["within_one"] for exercise, row in own.items() if row["within_one"] < 0.9} == {}
