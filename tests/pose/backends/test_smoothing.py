import math

import numpy as np
import pytest

from openlumbar.pose.backends._smoothing import ExponentialFilter, OneEuroFilter


def test_one_euro_follows_its_formula():
    one_euro = OneEuroFilter(min_cutoff_hz=0.5, beta=2.0)
    times_s, values = [0.0, 0.04, 0.1], [1.0, 2.0, 1.5]
    smooth = [float(one_euro(t, np.array([v]), scale=4.0)[0]) for t, v in zip(times_s, values, strict=True)]

    def weight(cutoff_hz, step_s):
        return 1 / (1 + 1 / (2 * math.pi * cutoff_hz * step_s))

    expected, speed = [1.0], 0.0
    for k in (1, 2):
        step_s = times_s[k] - times_s[k - 1]
        speed += weight(1.0, step_s) * ((values[k] - values[k - 1]) / 4.0 / step_s - speed)
        expected.append(expected[-1] + weight(0.5 + 2.0 * abs(speed), step_s) * (values[k] - expected[-1]))
    assert smooth == pytest.approx(expected)


def test_a_still_value_stays_and_the_first_one_passes():
    one_euro = OneEuroFilter(0.05, 80)

    assert [float(one_euro(0.1 * k, np.array([3.0]))[0]) for k in range(5)] == [3.0] * 5


def test_a_fast_value_is_followed_closer_than_a_slow_one():
    def lag(speed):
        one_euro = OneEuroFilter(0.05, 80)
        ramp = [speed * k / 25 for k in range(50)]
        return 1 - float([one_euro(k / 25, np.array([v]))[0] for k, v in enumerate(ramp)][-1]) / ramp[-1]

    assert lag(2.0) < lag(0.02) / 2


def test_time_that_stands_still_changes_nothing():
    one_euro = OneEuroFilter(0.05, 80)
    one_euro(1.0, np.array([0.0]))

    assert one_euro(1.0, np.array([5.0]))[0] == 5.0
    assert one_euro(2.0, np.array([0.0]))[0] == 0.0


def test_reset_forgets():
    one_euro, average = OneEuroFilter(0.05, 80), ExponentialFilter(0.1)
    one_euro(0.0, np.array([0.0]))
    average(np.array([0.0]))
    one_euro.reset()
    average.reset()

    assert one_euro(0.1, np.array([9.0]))[0] == 9.0
    assert average(np.array([9.0]))[0] == 9.0
    assert average(np.array([0.0]))[0] == pytest.approx(8.1)
