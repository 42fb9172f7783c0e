import math
from collections.abc import Sequence

import numpy as np
import pytest

from openlumbar.assessment.excursion import Excursion
from openlumbar.assessment.measures import Shape, sustained_max, take
from openlumbar.kinematics.signals import Sample

FPS = 60.0
OUT_S, HOLD_S, BACK_S = 2.0, 3.0, 1.0
JITTER = 0.3


def cosine(height: float = 10.0, side: int = 1, rest: float = 4.0, noise: float = 0.0) -> Shape:
    """Rest for 3 s, rise in a half cosine, hold, fall in a half cosine, rest."""
    time_s = np.arange(0.0, 12.0, 1 / FPS)
    out = np.clip((time_s - 3.0) / OUT_S, 0, 1)
    back = np.clip((time_s - 3.0 - OUT_S - HOLD_S) / BACK_S, 0, 1)
    course = (np.cos(np.pi * back) - np.cos(np.pi * out)) / 2
    value = rest + side * height * course + noise * np.random.default_rng(1).standard_normal(len(time_s))
    excursion = Excursion(side, rest, height, 3.7, 6.0, 9.0, -math.inf)
    return Shape(list(zip(time_s.tolist(), value.tolist(), strict=True)), excursion, JITTER)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("rest", [-20.0, 4.0])
def test_a_half_cosine_is_measured_as_it_is(side: int, rest: float) -> None:
    shape = cosine(side=side, rest=rest)
    assert shape.rest == pytest.approx(rest, abs=0.3)
    assert shape.peak == pytest.approx(10.0, abs=0.3)
    assert shape.out_s == pytest.approx(OUT_S, abs=0.05)
    assert shape.back_s == pytest.approx(BACK_S, abs=0.05)
    edge_s = math.acos(0.8) / math.pi  # where a half cosine reaches a tenth
    assert shape.start_s == pytest.approx(3.0 + edge_s * OUT_S, abs=0.05)
    assert shape.end_s == pytest.approx(9.0 - edge_s * BACK_S, abs=0.05)


def test_the_hold_is_the_time_at_nine_tenths_or_more() -> None:
    above_s = math.acos(0.8) / math.pi
    assert cosine().hold_s == pytest.approx(HOLD_S + above_s * (OUT_S + BACK_S), abs=0.05)


def test_noise_does_not_eat_the_hold() -> None:
    assert cosine(noise=0.5).hold_s == pytest.approx(cosine().hold_s, abs=0.5)
    assert cosine(noise=0.5).peak == pytest.approx(10.0, abs=1.3)


def test_the_peak_of_a_hold_is_its_middle() -> None:
    assert cosine().peak_s == pytest.approx(3.0 + OUT_S + HOLD_S / 2, abs=0.25)


def test_the_top_is_where_the_drive_is_near_its_peak() -> None:
    first_s, last_s = cosine().top()
    assert 4.5 < first_s < 5.0
    assert 8.0 < last_s < 8.3


def test_a_movement_cut_off_at_the_end_has_no_way_back() -> None:
    points = [(0.0, 0.0), *((0.1 * index, 5.0 * index) for index in range(1, 6))]
    shape = Shape(points, Excursion(1, 0.0, 25.0, 0.1, 0.5, 0.5, -math.inf), 1.0)
    assert math.isnan(shape.back_s)
    assert shape.end_s == points[-1][0]


@pytest.mark.parametrize("fps", [15.0, 30.0, 120.0])
def test_a_maximum_lasts_a_tenth_of_a_second(fps: float) -> None:
    count = round(2 * fps)
    values = [0.0] * count
    values[5] = 50.0
    long = round(0.2 * fps)
    values[10 : 10 + long] = [7.0] * long
    points = [(index / fps, 0.0) for index in range(count)]
    assert sustained_max(values, points) == 7.0


def test_a_maximum_of_few_or_no_values() -> None:
    assert math.isnan(sustained_max([], []))
    assert sustained_max([3.0], [(0.0, 0.0)]) == 3.0
    assert sustained_max([3.0, 4.0], [(0.0, 0.0), (1.0, 0.0)]) == 4.0


def samples(values: Sequence[float]) -> list[Sample]:
    return [Sample(index / 5, {"a": value}) for index, value in enumerate(values)]  # 5 a second: no spike to drop


@pytest.mark.parametrize(
    ("how", "expected"),
    [("max", 6.0), ("min", -8.0), ("max_abs", 8.0), ("median", 1.0), ("range", 14.0), ("rest", 2.5)],
)
def test_takes(how: str, expected: float) -> None:
    assert take(f"a.{how}", samples([6.0, 1.0, math.nan, -8.0, 0.0, 2.0]), samples([2.0, 3.0])) == expected


def test_nothing_seen_is_nothing_measured() -> None:
    assert math.isnan(take("a.max", samples([math.nan, math.nan]), []))
    assert math.isnan(take("a.rest", samples([1.0]), []))
