import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlumbar.kinematics.running import RunningQuantile

VALUES = st.lists(st.one_of(st.just(float("nan")), st.floats(-1e3, 1e3)), max_size=40)


@given(values=VALUES, window=st.integers(1, 12), share=st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0]))
def test_it_is_the_quantile_of_the_latest_known_values(values: list[float], window: int, share: float) -> None:
    running = RunningQuantile(window, share)
    seen: list[float] = []
    for value in values:
        seen = [*seen, value] if value == value else seen
        expected = np.quantile(seen[-window:], share) if seen else np.nan
        assert running.push(value) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@given(values=VALUES, cut=st.integers(0, 40))
def test_pieces_give_the_same_as_the_whole(values: list[float], cut: int) -> None:
    whole, pieces = RunningQuantile(7), RunningQuantile(7)
    told = [*pieces.push_all(np.array(values[:cut])), *pieces.push_all(np.array(values[cut:]))]
    assert whole.push_all(np.array(values)) == pytest.approx(told, nan_ok=True)
