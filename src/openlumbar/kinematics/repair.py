"""Repair landmarks where that is honest: single spikes, one- or two-frame gaps, left/right swaps.

Spikes and gaps are repaired in a window of five frames, swaps against the frame before, so a live stream and a
recording are repaired alike. What does not fit stays missing and is marked so.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from openlumbar.kinematics.running import RunningQuantile
from openlumbar.kinematics.signals import FloatArray
from openlumbar.pose.landmarks import MIRRORED, Landmark
from openlumbar.pose.track import PoseTrack

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
    """Landmarks that change sides together: the left ones that tell a swap, and all of them."""

    left: tuple[Landmark, ...]
    landmarks: range


UPPER_BODY = BodyHalf((Landmark.LEFT_SHOULDER, Landmark.LEFT_ELBOW), range(Landmark.LEFT_HIP))
LOWER_BODY = BodyHalf((Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE), range(Landmark.LEFT_HIP, 33))

LINES = ([Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER], [Landmark.LEFT_HIP, Landmark.RIGHT_HIP])
"""Pairs of landmarks that keep their distance."""

COLLAPSED_SHARE, LENGTH_MEMORY_FRAMES = 0.5, 300
"""A pair nearer together than this share of its usual distance (median of 10 s at 30 frames a second) has fallen
together: depth may be under-read by a third, not by half (measured against motion capture: 0.6 of the turn)."""

_BINOMIAL = np.array([1.0, 4.0, 6.0, 4.0, 1.0])


def windows(values: FloatArray) -> FloatArray:
    """View (T, …) as its T windows (T, 5, …), padded with NaN at both ends."""
    pad = np.full((HALF_WINDOW, *values.shape[1:]), np.nan)
    padded = np.concatenate([pad, values, pad])
    view = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=0)
    return np.moveaxis(view, -1, 1)


def window_median(values: FloatArray) -> FloatArray:
    """Take the median of each five-frame window of (T, …), ignoring NaN; NaN with fewer than three known."""
    ordered = np.sort(windows(values), axis=1)  # NaN sorts last
    known = np.isfinite(ordered).sum(axis=1)[:, None]
    low = np.take_along_axis(ordered, np.maximum(known - 1, 0) // 2, axis=1)
    high = np.take_along_axis(ordered, known // 2, axis=1)
    return np.where(known > HALF_WINDOW, (low + high) / 2, np.nan)[:, 0]


class SideKeeper:
    """Put frames right in which the tracker exchanged the sides of the upper or the lower body.

    Nobody exchanges their sides between two frames, so what fits the frame before far better with the sides
    exchanged is exchanged back. When that goes on for long, the tracker has seen its error and is right.
    """

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._halves = [_Half(UPPER_BODY), _Half(LOWER_BODY)]

    def push(self, frames: PoseTrack) -> PoseTrack:
        """Return the next frames with the sides kept."""
        for half in self._halves:
            frames = half.keep_sides(frames)
        return frames


class _Half:
    """The upper or the lower body: the left landmarks that tell a swap, and all that are exchanged with them."""

    def __init__(self, half: BodyHalf) -> None:
        self._telling = np.array([*half.left, *(MIRRORED[left] for left in half.left)])
        self._landmarks = np.array(half.landmarks)
        self._last: FloatArray | None = None
        self._corrected = 0

    def keep_sides(self, frames: PoseTrack) -> PoseTrack:
        swapped = np.array([self._is_swapped(frame) for frame in frames.world[:, self._telling].astype(np.float64)])
        if not swapped.any():
            return frames
        mirrored = np.array(MIRRORED)[self._landmarks]
        image, world, visibility = frames.image.copy(), frames.world.copy(), frames.visibility.copy()
        for values in (image, world, visibility):
            values[np.ix_(swapped, self._landmarks)] = values[np.ix_(swapped, mirrored)]
        return replace(frames, image=image, world=world, visibility=visibility)

    def _is_swapped(self, frame: FloatArray) -> bool:
        last, pairs = self._last, len(self._telling) // 2
        if np.isnan(frame[0, 0]):
            return False
        exchanged = np.concatenate([frame[pairs:], frame[:pairs]])
        swapped = last is not None and _jump(exchanged, last) < SWAP_GAIN * min(
            _jump(frame, last), _jump(frame[:pairs], frame[pairs:])
        )
        self._corrected = self._corrected + 1 if swapped else 0
        if self._corrected > LONGEST_SWAP_FRAMES:
            swapped, self._corrected = False, 0
        self._last = exchanged if swapped else frame
        return swapped


class CollapseFilter:
    """Leave out shoulders or hips that have fallen together: for some frames the tracker takes one for the other.

    The line between them keeps its length in space however the person turns.
    """

    def __init__(self) -> None:
        """Start with no length known."""
        self._lengths = [RunningQuantile(LENGTH_MEMORY_FRAMES) for _ in LINES]

    def push(self, frames: PoseTrack) -> PoseTrack:
        """Return the next frames; collapsed pairs are NaN in image and world."""
        image, world = frames.image, frames.world
        for pair, usual in zip(LINES, self._lengths, strict=True):
            length = np.linalg.norm(world[:, pair[0]] - world[:, pair[1]], axis=1).astype(np.float64)
            collapsed = length < COLLAPSED_SHARE * usual.push_all(length)
            if collapsed.any():
                image, world = image.copy(), world.copy()
                image[np.ix_(collapsed, pair)] = world[np.ix_(collapsed, pair)] = np.nan
        return replace(frames, image=image, world=world)


def _jump(frame: FloatArray, last: FloatArray) -> float:
    offset = frame - last
    return float(np.sqrt(np.einsum("ij,ij->i", offset, offset)).sum())


def remove_spikes(positions: FloatArray, trunk_length: FloatArray) -> FloatArray:
    """Replace spikes and gaps of up to two frames by the window's median.

    Args:
        positions: (T, N, D) in any unit of length.
        trunk_length: (T,) in the same unit.

    Returns:
        (T, N, D), NaN where fewer than three of the five frames are known.
    """
    median = window_median(positions)
    away = np.linalg.norm(positions - median, axis=2)
    keep = away <= SPIKE_LIMIT_TRUNKS * trunk_length[:, None]
    return np.where(keep[..., None], positions, median)


def smooth(values: FloatArray) -> FloatArray:
    """Average each five-frame window of (T, …) with binomial weights, over the frames that are known.

    Halves white noise (gain 0.52) and delays nothing; a frame that is not known itself stays unknown.
    """
    around = windows(values)
    weights = _BINOMIAL.reshape(-1, *[1] * (values.ndim - 1)) * np.isfinite(around)
    total = weights.sum(axis=1)
    mean = np.nansum(around * weights, axis=1) / np.where(total > 0, total, 1)
    return np.where(np.isfinite(values), mean, np.nan)
