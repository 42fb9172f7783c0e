"""Search one signal for the rhythm and the chain of cycles that explain it best.

Every candidate period smooths the signal at its own scale, and dynamic programming picks the chain of
borders whose cycles are deep and last about one period. This carries the beat tracking of Ellis (2007, "Beat
tracking by dynamic programming", J. New Music Research 36:51–60) over from onsets to excursions. All lengths
are in units of the period and all levels in units of the signal's own range, so nothing here depends on the
rate, speed or scale of the signal. What no other source is given for was set on the development half of KIMORE;
`python -m benchmarks.kimore_repetitions --stability` shows what moving it by a quarter does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
Gap = tuple[float, float]

PERIOD_RATIO = 1.15
"""Ratio of neighbouring candidate periods: finer than the spread of a patient's own cycles (about 20 %)."""
FINEST_PERIOD_SAMPLES = 8.0
"""Periods are tried down to here: a cycle of fewer samples has no shape left to judge."""
SHORTEST_PERIOD_SAMPLES = 12.0
"""A best period below this is noise (which explains itself best at the finest scale there is), not a rhythm."""
SAMPLES_PER_PERIOD = 64
"""Resolution kept at each candidate period; bounds the work on long recordings."""
SMOOTHING = 0.08
"""Width (sd) of the Gaussian, in periods: takes 12 % off the fundamental, 40 % off its double."""
DRIFT = 1.0
"""Width of the Gaussian that follows the drift, in periods: slower than any cycle."""
RANGE_PERCENT = (5.0, 95.0)
"""Percentiles taken as the signal's range: outside them lie glitches of the tracker."""
WIDEST_RANGE = 0.4
"""The range is at least this part of the full one, or a long rest would leave only its noise in it."""
LEAST_PROMINENCE = 0.04
"""Candidate borders stand out by this part of the range; only saves work."""
COST = 0.3
"""What a cycle must earn, in parts of a full excursion: partial movements below are no repetition."""
TEMPO_TIGHTNESS = 0.5
"""Weight of the squared log ratio of duration to period: half as long costs 0.24 of an excursion."""
DURATION_RANGE = (0.4, 2.5)
"""Shortest and longest cycle, in periods."""
COUNT_EXPONENT = 0.25
"""Periods compete by total score / count ** this: between the total (0, noise wins) and the mean (1, slowness)."""
SIDE_EXCURSION = 0.15
"""Excursion (part of the range) that counts in full where one signal measures a weak and a strong side."""
LONGEST_GAP = 0.25
"""No cycle bridges a gap longer than this part of the period."""


@dataclass(frozen=True, eq=False)
class Track:
    """A signal on an even grid; it is only interpolated between the (first, last) grid positions of gaps."""

    value: FloatArray
    gaps: tuple[Gap, ...] = ()

    def __neg__(self) -> "Track":
        """Turn the signal upside down."""
        return Track(-self.value, self.gaps)


@dataclass(frozen=True, eq=False)
class Scale:
    """The signal as seen at one candidate period.

    Attributes:
        smooth: (L,) smoothed signal, its range mapped to 0–1.
        level: (L,) the same without its drift.
        period: candidate period, in samples of `level`.
        step: samples of the track a sample of `level` stands for.
        walls: (first, last) samples of `level` of the gaps that no cycle may bridge.
    """

    smooth: FloatArray
    level: FloatArray
    period: float
    step: int
    walls: tuple[tuple[int, int], ...]

    def __neg__(self) -> "Scale":
        """Turn the signal upside down."""
        return replace(self, smooth=-self.smooth, level=-self.level)


@dataclass(frozen=True, eq=False)
class Reading:
    """The best chain under one way of reading the signal.

    Attributes:
        score: sum of what the cycles earn.
        cycles: (N, 2) first and last sample of each cycle, in samples of `scale.level`.
        signs: (N,) +1 where the cycle is an excursion upwards, -1 downwards.
        scale: the scale that explained the signal best.
    """

    score: float
    cycles: IntArray
    signs: IntArray
    scale: Scale

    def __neg__(self) -> "Reading":
        """Turn the reading of a signal into that of the signal upside down."""
        return replace(self, signs=-self.signs, scale=-self.scale)

    @property
    def quality(self) -> float:
        """Return the mean score of a cycle."""
        return self.score / max(len(self.cycles), 1)


Gain = Callable[[float, float, float, float], float]
"""What a cycle earns, from its level at the start, at the end, at the top and at the bottom."""
Chain = tuple[float, list[tuple[int, int]]]


def read_returns(track: Track, *, weak_sides: bool = False) -> Reading | None:
    """Read the signal as cycles that leave a low rest and return to it; None when there are none.

    With `weak_sides`, small excursions count as much as large ones (a movement to two sides of which the
    measurement shows one less), and in return borders must lie near the bottom of the range.
    """
    gain = _side_gain if weak_sides else _full_gain
    return _best(track, lambda scale: _chain(_low_borders(scale), scale, gain))


def read_crossings(track: Track) -> Reading | None:
    """Read the signal as alternating excursions to both sides of its middle; None when there are none."""
    return _best(track, lambda scale: _chain(_crossings(scale), scale, _two_sided_gain))


def _full_gain(start: float, end: float, top: float, _bottom: float) -> float:
    return min(top - max(start, end), 1.0)


def _side_gain(start: float, end: float, top: float, _bottom: float) -> float:
    rest = max(start, end)
    return min((top - rest) / SIDE_EXCURSION, 1.0) - max(rest, 0.0)


def _two_sided_gain(start: float, end: float, top: float, bottom: float) -> float:
    above, below = top - 0.5, 0.5 - bottom
    away = max(abs(start - 0.5), abs(end - 0.5))
    return min(2 * (max(above, below) - max(min(above, below), away)), 1.0)


def _best(track: Track, chain_at: Callable[[Scale], Chain]) -> Reading | None:
    best, best_merit = None, 0.0
    for scale in _scales(track):
        score, cycles = chain_at(scale)
        merit = score / max(len(cycles), 1) ** COUNT_EXPONENT
        if merit > best_merit:
            best_merit, best = merit, _reading(score, cycles, scale)
    if best is None or best.scale.period * best.scale.step < SHORTEST_PERIOD_SAMPLES:
        return None
    return best


def _reading(score: float, cycles: list[tuple[int, int]], scale: Scale) -> Reading:
    signs = []
    for start, end in cycles:
        part = scale.level[start : end + 1]
        rest = (part[0] + part[-1]) / 2
        signs.append(1 if part.max() - rest >= rest - part.min() else -1)
    return Reading(score, np.array(cycles, dtype=np.intp), np.array(signs, dtype=np.intp), scale)


def _scales(track: Track) -> Iterator[Scale]:
    """Yield the signal at every candidate period, from the whole recording down to the shortest."""
    period_samples = float(len(track.value))
    while period_samples >= FINEST_PERIOD_SAMPLES:
        step = max(1, int(period_samples / SAMPLES_PER_PERIOD))
        blocks = len(track.value) // step
        period = period_samples / step
        smooth = gaussian_filter1d(
            track.value[: blocks * step].reshape(blocks, step).mean(axis=1),
            SMOOTHING * period,
            mode="nearest",
        )
        low, high = np.percentile(smooth, RANGE_PERCENT)
        extent = max(high - low, WIDEST_RANGE * np.ptp(smooth))
        if extent > 0:
            smooth = (smooth - low) / extent
            drift = gaussian_filter1d(smooth, DRIFT * period, mode="nearest")
            walls = tuple(
                (int(first // step), min(int(np.ceil(last / step)), blocks - 1))
                for first, last in track.gaps
                if last - first > LONGEST_GAP * period_samples
            )
            yield Scale(smooth, smooth - drift + np.median(drift), period, step, walls)
        period_samples /= PERIOD_RATIO


def _low_borders(scale: Scale) -> IntArray:
    padded = np.concatenate(([-np.inf], -scale.level, [-np.inf]))
    return find_peaks(padded, prominence=LEAST_PROMINENCE, plateau_size=0)[0] - 1


def _crossings(scale: Scale) -> IntArray:
    above = scale.level > 0.5
    return np.flatnonzero(above[1:] != above[:-1]) + 1


def _chain(inner_borders: IntArray, scale: Scale, gain: Gain) -> Chain:
    """Find the chain of cycles with the highest score by dynamic programming over the candidate borders."""
    borders = _with_walls(inner_borders, scale)
    level = scale.level[borders].tolist()
    tops = np.maximum.reduceat(scale.level, borders).tolist()
    bottoms = np.minimum.reduceat(scale.level, borders).tolist()
    behind = [sum(last <= border for _, last in scale.walls) for border in borders]
    places = borders.tolist()
    totals, previous = [0.0], [-1]
    for end in range(1, len(places)):
        totals.append(totals[-1])
        previous.append(-1)
        top, bottom = level[end], level[end]
        for start in range(end - 1, -1, -1):
            top, bottom = max(top, tops[start]), min(bottom, bottoms[start])
            periods = (places[end] - places[start]) / scale.period
            if periods > DURATION_RANGE[1] or behind[start] != behind[end]:
                break
            if periods < DURATION_RANGE[0]:
                continue
            tempo = TEMPO_TIGHTNESS * float(np.log(periods)) ** 2
            total = totals[start] + gain(level[start], level[end], top, bottom) - COST - tempo
            if total > totals[end]:
                totals[end], previous[end] = total, start
    return totals[-1], _trace(places, previous)


def _with_walls(inner_borders: IntArray, scale: Scale) -> IntArray:
    """Add the ends of the signal and of each gap; leave out what lies inside a gap."""
    edges = [edge for wall in scale.walls for edge in wall]
    inside = np.zeros(len(scale.level), dtype=bool)
    for first, last in scale.walls:
        inside[first + 1 : last] = True
    kept = inner_borders[~inside[inner_borders]]
    ends: Sequence[int] = (0, len(scale.level) - 1)
    return np.unique(np.concatenate((kept, edges, ends)).astype(np.intp))


def _trace(places: Sequence[int], previous: Sequence[int]) -> list[tuple[int, int]]:
    cycles = []
    end = len(places) - 1
    while end > 0:
        start = previous[end]
        if start >= 0:
            cycles.append((places[start], places[end]))
            end = start
        else:
            end -= 1
    return cycles[::-1]
