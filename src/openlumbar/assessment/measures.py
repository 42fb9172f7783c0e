"""What is measured of one repetition, from the samples of its excursion.

Every measure has a name that fault rules and gates use: "peak", "hold_s", "out_s", "back_s" and
"<signal>.<take>".
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

from openlumbar.assessment.excursion import Excursion
from openlumbar.kinematics.signals import Sample

HOLD_SHARE = 0.9
"""A hold is the time at this share of the peak or more (results contract)."""

HOLD_SLACK = 0.15
"""A noisy signal may lower the limit of the hold by at most this share of the peak."""

REST_MARGIN_S, NOISE_SAMPLES = 0.5, 10
"""Noise is measured at rest, so far from any movement, from at least so many samples."""

TOP_SHARE = 0.95
"""Another signal that swings with the drive is read while the drive is at this share of its peak or more."""

TRAVEL_FROM, TRAVEL_TO = 0.1, 0.75
"""The part of the way that durations are taken from: clear of noise at rest and of sagging holds at the top."""

TRAVEL_FROM_AT_MOST = 0.3
"""A movement that runs on from the one before may start this high (share of its peak) and still be timed."""

TRAVEL_TIME_SHARE = 0.462
"""Share of a half-cosine movement's time that this part of the way takes: (acos(-0.5) - acos(0.8)) / pi."""

SUSTAINED_S = 0.1
"""A maximum or minimum must last this long to be believed (a spike that survived the repair does not)."""

SETTLED = 0.1
"""Share of the peak below which the signal counts as resting, before and after."""

REST_WINDOW_S = 2.0
"""The resting level is the median of the resting samples of the last two seconds before the movement."""

Points = Sequence[tuple[float, float]]


class Shape:
    """The drive signal of one excursion as heights above its own rest: times, holds, durations."""

    def __init__(self, points: Points, excursion: Excursion, jitter: float) -> None:
        """Take (time in s, value) of the samples around the excursion, in order, and the signal's jitter."""
        self._jitter = jitter
        self._points = points
        self._side = excursion.side
        self.rest = self._resting_level(excursion)
        self.peak = sustained_max([self._side * (value - self.rest) for _, value in self._inside(excursion)], points)
        self._noise = self._resting_noise(excursion)
        top_s = excursion.peak_s
        self._rise = [(t, self._height(v)) for t, v in points if t <= top_s]
        self._fall = [(t, self._height(v)) for t, v in points if t >= top_s]
        self.start_s = _last_crossing(self._rise, SETTLED * self.peak, upwards=True, default=points[0][0])
        self.end_s = _first_crossing(self._fall, SETTLED * self.peak, default=points[-1][0])

    def top(self) -> tuple[float, float]:
        """Return from when to when the signal was near its peak."""
        stays = self._stays(TOP_SHARE * self.peak)
        return (stays[0][0], stays[-1][1]) if stays else (self._rise[-1][0], self._rise[-1][0])

    @property
    def hold_s(self) -> float:
        """Return the time at 90 % of the peak or more, as far as the noise lets one tell.

        The peak is read too high by the noise and any moment may be too low by it: unless the limit gives way
        by both, half of a steady hold is lost (benchmarks/simulated.py: median error 1.3 s against 0.1 s).
        """
        level = HOLD_SHARE * self.peak - min(2 * self._noise, HOLD_SLACK * self.peak)
        return sum(stop - start for start, stop in self._stays(level))

    @property
    def peak_s(self) -> float:
        """Return the middle of the time that cannot be told from the highest moment: of a hold, its middle."""
        stays = self._stays(self.peak - self._jitter)
        return (stays[0][0] + stays[-1][1]) / 2 if stays else self._rise[-1][0]

    @property
    def out_s(self) -> float:
        """Return the duration of the whole way out, from its pace between 10 and 75 % of the way."""
        return self._travel_s(self._rise)

    @property
    def back_s(self) -> float:
        """Return the duration of the whole way back, likewise."""
        return self._travel_s([(-t, height) for t, height in reversed(self._fall)])

    def _height(self, value: float) -> float:
        return self._side * (value - self.rest)

    def _inside(self, excursion: Excursion) -> Points:
        return [point for point in self._points if excursion.left_s <= point[0] <= excursion.ended_s]

    def _resting_level(self, excursion: Excursion) -> float:
        edge = excursion.rest + excursion.side * SETTLED * excursion.height
        before = [
            value
            for t, value in self._points
            if excursion.left_s - REST_WINDOW_S <= t < excursion.left_s and excursion.side * (value - edge) < 0
        ]
        return median(before) if len(before) >= 3 else excursion.rest

    def _resting_noise(self, excursion: Excursion) -> float:
        """Return the standard deviation at rest, away from the movements before and after; 0 when not known."""
        first_s, last_s = excursion.resting_since_s + REST_MARGIN_S, excursion.left_s - REST_MARGIN_S
        resting = [value for t, value in self._points if first_s <= t <= last_s]
        if len(resting) < NOISE_SAMPLES:
            return 0.0
        mean = math.fsum(resting) / len(resting)
        return math.sqrt(math.fsum((value - mean) ** 2 for value in resting) / len(resting))

    def _stays(self, level: float) -> list[tuple[float, float]]:
        """Return the stretches of time at a height or above."""
        points = [*self._rise, *self._fall]
        stays: list[tuple[float, float]] = []
        entered: float | None = None
        for (t0, h0), (t1, h1) in pairwise(points):
            if h0 < level <= h1:
                entered = _between(t0, h0, t1, h1, level)
            elif h1 < level <= h0:
                stays.append((points[0][0] if entered is None else entered, _between(t0, h0, t1, h1, level)))
                entered = None
        if entered is not None:
            stays.append((entered, points[-1][0]))
        return stays

    def _travel_s(self, rise: Points) -> float:
        """Time a rise; NaN when the recording does not hold it."""
        begun = rise[0][0] if rise and rise[0][1] < TRAVEL_FROM_AT_MOST * self.peak else math.nan
        start = _last_crossing(rise, TRAVEL_FROM * self.peak, upwards=True, default=begun)
        way = [point for point in rise if point[0] >= start]
        stop = _first_above(way, TRAVEL_TO * self.peak)
        return (stop - start) / TRAVEL_TIME_SHARE


def _between(t0: float, h0: float, t1: float, h1: float, level: float) -> float:
    return t0 + (t1 - t0) * (level - h0) / (h1 - h0)


def _last_crossing(points: Points, level: float, *, upwards: bool, default: float) -> float:
    for (t0, h0), (t1, h1) in zip(reversed(points[:-1]), reversed(points[1:]), strict=True):
        if h0 < level <= h1 if upwards else h1 < level <= h0:
            return _between(t0, h0, t1, h1, level)
    return default


def _first_crossing(points: Points, level: float, *, default: float) -> float:
    for (t0, h0), (t1, h1) in pairwise(points):
        if h1 < level <= h0:
            return _between(t0, h0, t1, h1, level)
    return default


def _first_above(points: Points, level: float) -> float:
    for (t0, h0), (t1, h1) in pairwise(points):
        if h0 < level <= h1:
            return _between(t0, h0, t1, h1, level)
    return math.nan


def sustained_max(values: Sequence[float], points: Points) -> float:
    """Return the highest value that lasts, all in all, for `SUSTAINED_S`; NaN without values."""
    if not values:
        return math.nan
    frame_s = (points[-1][0] - points[0][0]) / max(len(points) - 1, 1)
    skip = min(round(SUSTAINED_S / frame_s) if frame_s > 0 else 0, (len(values) - 1) // 2)
    return sorted(values, reverse=True)[skip]


def take(name: str, samples: Sequence[Sample], resting: Sequence[Sample]) -> float:
    """Measure one "<signal>.<take>": max, min, max_abs, median or range of the repetition, rest before it.

    NaN when the signal was not valid then.
    """
    signal, _, how = name.partition(".")
    chosen = resting if how == "rest" else samples
    values = [value for sample in chosen if (value := sample.values[signal]) == value]
    if not values:
        return math.nan
    points = [(sample.time_s, 0.0) for sample in chosen]
    return TAKES[how](values, points)


TAKES: dict[str, Callable[[Sequence[float], Points], float]] = {
    "max": sustained_max,
    "min": lambda values, points: -sustained_max([-value for value in values], points),
    "max_abs": lambda values, points: sustained_max([abs(value) for value in values], points),
    "median": lambda values, _: median(values),
    "rest": lambda values, _: median(values),
    "range": lambda values, points: sustained_max(values, points) + sustained_max([-value for value in values], points),
}
"""The ways to sum up a signal over a repetition, by name."""
