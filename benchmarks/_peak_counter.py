"""The peer of the segmentation: smooth, take the peaks that stand out, cut at the turns between them."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

SMOOTHING_SAMPLES = 3.0
"""0.1 s at 30 Hz."""
PROMINENCE = 0.3
"""Part of the 5–95 % range, as large as the cost of a cycle in the segmentation."""


def count_peaks(value: npt.NDArray[np.float64], rest: str) -> list[tuple[int, int, int]]:
    """Return (start, peak, end) samples of each peak; `rest` as in `segment_cycles`."""
    known = np.flatnonzero(np.isfinite(value))
    filled = np.interp(np.arange(len(value)), known, value[known])
    up = {"low": filled, "high": -filled, "middle": np.abs(filled - np.median(filled))}[rest]
    smooth = gaussian_filter1d(up, SMOOTHING_SAMPLES)
    low, high = np.percentile(smooth, (5, 95))
    peaks = find_peaks(smooth, prominence=PROMINENCE * (high - low))[0].tolist()
    turns = [a + int(np.argmin(smooth[a:b])) for a, b in pairwise(peaks)]
    return list(zip([0, *turns], peaks, [*turns, len(value) - 1], strict=True)) if peaks else []
