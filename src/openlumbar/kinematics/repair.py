"""Repair landmarks where that is honest: single spikes, one- or two-frame gaps, brief left/right swaps.

All repairs look at a window of five frames only, so a live stream and a recording are repaired alike. What
does not fit into the window stays missing and is marked so.
"""

import numpy as np
import numpy.typing as npt

from openlumbar.kinematics.signals import FloatArray
from openlumbar.pose.landmarks import MIRRORED, Landmark

WINDOW = 5
"""Frames looked at around each frame: two before, itself, two after (gaps and spikes up to two frames)."""

HALF_WINDOW = WINDOW // 2

SPIKE_LIMIT_TRUNKS = 0.15
"""Farthest a landmark may be from the window's median, in trunk lengths. 0.15 trunk (7 cm) within 0.07 s
would take an acceleration of about 30 m/s²: no exercise does that, a tracker's slip does (our assumption)."""

SWAP_GAIN = 0.5
"""A frame is taken as swapped when exchanging its sides brings it so much nearer to its neighbours."""

SWAP_PAIRS = np.array([Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE])

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


def unswap_sides(
    image: FloatArray, world: FloatArray
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Put brief left/right swaps right.

    Args:
        image: (T, 33, 2) pixels.
        world: (T, 33, 3) metres.

    Returns:
        Image and world with the sides exchanged where a frame was swapped, and the mask (T,) of those frames.
    """
    mirrored = np.array(MIRRORED)
    sides = np.concatenate([SWAP_PAIRS, mirrored[SWAP_PAIRS]])
    reference = window_median(world[:, sides])
    as_is = np.linalg.norm(world[:, sides] - reference, axis=2).mean(axis=1)
    exchanged = np.linalg.norm(world[:, mirrored[sides]] - reference, axis=2).mean(axis=1)
    width = np.linalg.norm(reference[:, : len(SWAP_PAIRS)] - reference[:, len(SWAP_PAIRS) :], axis=2).mean(
        axis=1
    )
    swapped = (exchanged < SWAP_GAIN * as_is) & (as_is > SWAP_GAIN * width)
    image, world = image.copy(), world.copy()
    image[swapped] = image[swapped][:, mirrored]
    world[swapped] = world[swapped][:, mirrored]
    return image, world, swapped


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
