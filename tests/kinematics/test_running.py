import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openlumbar.kinematics.running import RunningQuantile, memory_of, push_value

VALUES = st.lists(st.one_of(st.just(float("nan")), st.floats(-1e3, 1e3)), max_size=40)
SHARES = st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0])


@given(values=VALUES, window=st.integers(1, 12), share=SHARES)
def test_it_is_the_quantile_of_the_latest_known_values(values: list[float], window: int, share: float) -> None:
    running = RunningQuantile(window, share)
    seen: list[float] = []
    for value in values:
        seen = [*seen, value] if value == value else seen
        expected = np.quantile(seen[-window:], share) if seen else np.nan
        assert running.push(value) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("window", [1, 7])
@settings(deadline=None)  # the first call compiles
@given(values=VALUES, share=SHARES)
def test_inside_a_stream_it_is_the_same(window: int, values: list[float], share: float) -> None:
    running, memory = RunningQuantile(window, share), np.zeros(1, memory_of(window))[0]
    for value in values:
        assert push_value(memory, value, share) == pytest.approx(running.push(value), nan_ok=True)


def test_equal_values_leave_one_by_one() -> None:
    memory = np.zeros(1, memory_of(7))[0]
    told = [push_value(memory, value, 0.5) for value in [2.0] * 7 + [3.0] * 4 + [2.0] * 7]
    assert told == [2.0] * 10 + [3.0] + [3.0] * 3 + [2.0] * 4
