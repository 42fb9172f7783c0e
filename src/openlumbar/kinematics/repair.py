"""Repair landmarks where that is honest: single spikes, one- or two-frame gaps, left/right swaps.

Spikes and gaps are repaired in a window of five frames, swaps against the frame before, so a live stream and a
recording are repaired alike. What does not fit stays missing and is marked so.

Frames lie in rings, (R, N, …) arrays with frame `f` in row `f` modulo R.
"""

import math
from typing import NamedTuple

from openlumbar._compiled import compiled
from openlumbar.kinematics.geometry import distance, trunk_length
from openlumbar.kinematics.joints import JOINT_COUNT, LEFT_EAR, LEFT_ELBOW, LEFT_HEEL, LEFT_HIP
from openlumbar.kinematics.running import QuantileMemory, push_value
from openlumbar.kinematics.signals import FloatArray

WINDOW = 5
"""Frames looked at around each frame: two before, itself, two after (gaps and spikes up to two frames)."""

HALF_WINDOW = WINDOW // 2

SPIKE_LIMIT_TRUNKS = 0.15
"""Farthest a landmark may be from the window's median, in trunk lengths. 0.15 trunk (7 cm) within 0.07 s
would take an acceleration of about 30 m/s²: no exercise does that, a tracker's slip does (our assumption)."""

SWAP_GAIN = 0.5
"""A frame is taken as swapped when exchanging its sides brings it so much nearer to the frame before."""

LONGEST_SWAP_FRAMES = 15
"""A swap longer than this (half a second at 30 frames a second) is the tracker's correction of an earlier one."""


class BodyHalf(NamedTuple):
    """Joints that change sides together, `first` to before `stop`, and those of them that tell a swap."""

    first: int
    stop: int
    telling_first: int
    telling_stop: int


UPPER_BODY = BodyHalf(LEFT_EAR, LEFT_HIP, LEFT_ELBOW, LEFT_HIP)
LOWER_BODY = BodyHalf(LEFT_HIP, JOINT_COUNT, LEFT_HIP, LEFT_HEEL)
"""Elbows and shoulders tell a swap of the upper body; hips, knees and ankles of the lower."""

COLLAPSED_SHARE = 0.5
"""A pair nearer together than this share of its usual distance (median of 10 s at 30 frames a second) has fallen
together: depth may be under-read by a third, not by half (measured against motion capture: 0.6 of the turn)."""


@compiled
def keep_sides(
    half: BodyHalf, image: FloatArray, world: FloatArray, visibility: FloatArray, last: FloatArray, corrected: int
) -> int:
    """Put a frame right, in place, in which the tracker exchanged the sides of half the body.

    Nobody exchanges their sides between two frames, so what fits the frame before far better with the sides
    exchanged is exchanged back. When that goes on for long, the tracker has seen its error and is right.

    Args:
        half: which half.
        image: (N, 2) the frame.
        world: (N, 3) the same.
        visibility: (N,) the same.
        last: (N, 3) world positions of the last frame with somebody in it, sides kept; brought up to date.
        corrected: how many frames before this one were put right, in a row.

    Returns:
        The same number, with this frame.
    """
    if math.isnan(world[half.telling_first, 0]):
        return corrected
    is_swapped = corrected < LONGEST_SWAP_FRAMES and _is_swapped(half, world, last)
    if is_swapped:
        for left in range(half.first, half.stop, 2):
            right = left + 1
            visibility[left], visibility[right] = visibility[right], visibility[left]
            for axis in range(2):
                image[left, axis], image[right, axis] = image[right, axis], image[left, axis]
            for axis in range(3):
                world[left, axis], world[right, axis] = world[right, axis], world[left, axis]
    for joint in range(half.first, half.stop):
        for axis in range(3):
            last[joint, axis] = world[joint, axis]
    return corrected + 1 if is_swapped else 0


@compiled
def _is_swapped(half: BodyHalf, world: FloatArray, last: FloatArray) -> bool:
    as_told, exchanged, width = 0.0, 0.0, 0.0
    for left in range(half.telling_first, half.telling_stop, 2):
        right = left + 1
        as_told += _jump(world, left, last, left) + _jump(world, right, last, right)
        exchanged += _jump(world, left, last, right) + _jump(world, right, last, left)
        width += distance(world, left, right)
    return exchanged < SWAP_GAIN * min(as_told, width)


@compiled
def _jump(world: FloatArray, joint: int, last: FloatArray, other: int) -> float:
    square = 0.0
    for axis in range(3):
        square += (world[joint, axis] - last[other, axis]) ** 2
    return math.sqrt(square)


@compiled
def leave_out_collapsed(image: FloatArray, world: FloatArray, left: int, right: int, usual_m: QuantileMemory) -> None:
    """Set shoulders or hips to NaN, in place, that have fallen together: the tracker takes one for the other.

    The line between them keeps its length in space however the person turns.
    """
    length_m = distance(world, left, right)
    if length_m < COLLAPSED_SHARE * push_value(usual_m, length_m, 0.5):
        for joint in (left, right):
            image[joint, :] = math.nan
            world[joint, :] = math.nan


@compiled
def remove_spikes(ring: FloatArray, frame: int, repaired: FloatArray) -> None:
    """Write a frame into `repaired` (N, D), spikes and gaps of up to two frames replaced by the window's median.

    NaN where fewer than three of the five frames are known. Any unit of length will do.
    """
    rows = len(ring)
    limit = SPIKE_LIMIT_TRUNKS * trunk_length(ring[frame % rows])
    a, b, c = ring[(frame - 2) % rows], ring[(frame - 1) % rows], ring[frame % rows]
    d, e = ring[(frame + 1) % rows], ring[(frame + 2) % rows]
    for joint in range(len(c)):
        away = 0.0
        for axis in range(c.shape[1]):
            median = median_of_known(a[joint, axis], b[joint, axis], c[joint, axis], d[joint, axis], e[joint, axis])
            repaired[joint, axis] = median
            away += (c[joint, axis] - median) ** 2
        if math.sqrt(away) <= limit:
            for axis in range(c.shape[1]):
                repaired[joint, axis] = c[joint, axis]


@compiled
def smooth(ring: FloatArray, frame: int, smoothed: FloatArray) -> None:
    """Average the window around a frame with binomial weights, over the frames that are known, into `smoothed` (N, D).

    Halves white noise (gain 0.52) and delays nothing; what is not known in the frame itself stays unknown.
    """
    rows = len(ring)
    a, b, c = ring[(frame - 2) % rows], ring[(frame - 1) % rows], ring[frame % rows]
    d, e = ring[(frame + 1) % rows], ring[(frame + 2) % rows]
    for joint in range(len(c)):
        for axis in range(c.shape[1]):
            smoothed[joint, axis] = binomial_mean(
                a[joint, axis], b[joint, axis], c[joint, axis], d[joint, axis], e[joint, axis]
            )


@compiled
def median_of_known(a: float, b: float, c: float, d: float, e: float) -> float:
    """Return the median of five values, ignoring NaN; NaN with fewer than three known."""
    if math.isfinite(a + b + c + d + e):
        low = max(min(a, b), min(c, d))
        high = min(max(a, b), max(c, d))
        return max(min(low, high), min(max(low, high), e))
    known = 0
    x, y, z = math.inf, math.inf, math.inf
    for value in (a, b, c, d, e):  # x ≤ y ≤ z are the smallest so far
        if not math.isnan(value):
            known += 1
            x, rest = min(x, value), max(x, value)
            y, rest = min(y, rest), max(y, rest)
            z = min(z, rest)
    if known == HALF_WINDOW + 1:
        return y
    return (y + z) / 2 if known == HALF_WINDOW + 2 else math.nan


@compiled
def binomial_mean(a: float, b: float, c: float, d: float, e: float) -> float:
    """Return the mean of five values, weighted 1 4 6 4 1, over those that are known; NaN when `c` is not."""
    total = a + 4 * b + 6 * c + 4 * d + e
    if math.isfinite(total):
        return total / 16
    if math.isnan(c):
        return math.nan
    total, weights = 6 * c, 6.0
    for value, weight in ((a, 1.0), (b, 4.0), (d, 4.0), (e, 1.0)):
        if not math.isnan(value):
            total += weight * value
            weights += weight
    return total / weights
