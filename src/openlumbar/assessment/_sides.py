"""Tell how a movement to two sides shows in one signal.

Most signals swing to both sides of a middle. Some measure both sides with the same sign (the distance of a
hand from the camera while the trunk turns): the signal then rests at one end, and each excursion from it is a
side. The two thresholds were set on the development half of KIMORE.
"""

from dataclasses import replace

import numpy as np

from openlumbar.assessment._cycle_search import FloatArray, Reading, Track, read_crossings, read_returns

LEAST_QUALITY_RATIO = 0.9
"""A one-ended reading must explain its cycles about as well as the two-sided one explains its own."""
SIDES_DIFFER = 1.6
"""Next neighbours differ this much more than every other excursion where they are the two sides."""
SHAPE_POINTS = 32
"""Points of a time-normalised cycle."""


def read_sides(track: Track) -> Reading | None:
    """Choose between excursions to both sides of the middle and excursions from one end; None without any.

    The two-sided reading can find two cycles wherever the one-ended finds one, so its larger score proves
    nothing. It loses to a one-ended reading that explains its cycles as well, if that scores more all the same
    or if its excursions alternate in shape and duration: then they are the two sides.
    """
    both = read_crossings(track)
    upwards, downwards = read_returns(track, weak_sides=True), read_returns(-track, weak_sides=True)
    candidates = [reading for reading in (upwards, downwards and -downwards) if reading]
    one_ended = max(candidates, key=lambda reading: reading.score, default=None)
    if both is None:
        return None
    if one_ended is None or one_ended.quality < LEAST_QUALITY_RATIO * both.quality:
        return _settle_middle(both)
    if one_ended.score >= both.score or alternates(one_ended):
        return one_ended
    return _settle_middle(both)


def _settle_middle(reading: Reading) -> Reading:
    """Move the borders to the person's own middle: the level half-way in time from one side to the other.

    The search takes the middle of the range instead, which lies off where the sides differ in size.
    """
    level, cycles = reading.scale.level, reading.cycles.copy()
    centres = cycles.sum(axis=1) // 2
    joined = np.flatnonzero(cycles[1:, 0] == cycles[:-1, 1])
    if not len(joined):
        return reading
    half_way = (centres[joined] + centres[joined + 1]) // 2
    above = level > np.median(level[half_way])
    crossings = np.flatnonzero(above[1:] != above[:-1]) + 1
    for k, middle in zip(joined, half_way, strict=True):
        between = crossings[(crossings > centres[k]) & (crossings < centres[k + 1])]
        if len(between):
            cycles[k, 1] = cycles[k + 1, 0] = between[np.argmin(np.abs(between - middle))]
    return replace(reading, cycles=cycles)


def alternates(reading: Reading) -> bool:
    """Tell whether each cycle resembles the one after the next much more than the next."""
    if len(reading.cycles) < 4:
        return False
    level = reading.scale.level
    samples = np.arange(len(level))
    shapes = np.array(
        [np.interp(np.linspace(start, end, SHAPE_POINTS), samples, level) for start, end in reading.cycles]
    )
    log_durations = np.log(np.diff(reading.cycles, axis=1)[:, 0])
    next_ones, others = (_typical_difference(shapes, log_durations, lag) for lag in (1, 2))
    return next_ones > SIDES_DIFFER * others


def _typical_difference(shapes: FloatArray, log_durations: FloatArray, lag: int) -> float:
    shape = np.sqrt(np.mean((shapes[lag:] - shapes[:-lag]) ** 2, axis=1))
    duration = np.abs(log_durations[lag:] - log_durations[:-lag])
    return float(np.median(shape) + np.median(duration))
