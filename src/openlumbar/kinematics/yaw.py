"""Heading of a body line (shoulders, pelvis) from its depth and from its foreshortened width.

Depth from a single camera under-reads turns by a fifth to a third, but is steady near zero; the width of the
line, compared with the person's own full width, is exact for wide turns and useless near zero. The two are
averaged with the inverse of their variances.
"""

from dataclasses import dataclass

import numpy as np

from openlumbar.kinematics.running import RunningQuantile
from openlumbar.kinematics.signals import FloatArray

DEPTH_UNDER_READING = 0.3
"""Relative error of a turn read from depth (measured: a seated turn of 54° by motion capture read 33°)."""

DEPTH_FLOOR_DEG = 3.0
"""Error of a turn read from depth near zero, degrees (jitter of the world landmarks at rest)."""

FULL_WIDTH_QUANTILE = 0.9
"""The person's own full width is this quantile of the widths seen: high, yet deaf to single outliers."""

LEAST_WIDTH = 1e-6
"""Keeps the ratio finite while only coinciding landmarks were seen."""

MEMORY_FRAMES = 300
"""Frames that the full width is taken from: 10 s at 30 frames a second."""


@dataclass
class LineHeading:
    """Follows one body line; remembers its full width only.

    Attributes:
        width_error: relative error of the line's width in the picture, from landmark jitter.
    """

    width_error: float

    def __post_init__(self) -> None:
        """Start with no width seen."""
        self._full_width = RunningQuantile(MEMORY_FRAMES, FULL_WIDTH_QUANTILE)

    def push_all(self, line: FloatArray, trunk_length: FloatArray) -> FloatArray:
        """Return the heading (T,) in degrees, counter-clockwise seen from above, 0 to the picture's right.

        Args:
            line: (T, 3) from the person's right to their left, camera axes, any unit.
            trunk_length: (T,) in the same unit: makes widths comparable when the person steps nearer.
        """
        width = np.abs(line[:, 0]) / trunk_length
        full_width = self._full_width.push_all(width)
        by_width = np.arccos(np.clip(width / np.maximum(full_width, LEAST_WIDTH), 0, 1))
        by_depth = np.arctan2(np.abs(line[:, 2]), np.abs(line[:, 0]))
        width_variance = (self.width_error / np.tan(np.maximum(by_width, self.width_error))) ** 2
        depth_variance = (DEPTH_UNDER_READING * by_depth) ** 2 + np.radians(DEPTH_FLOOR_DEG) ** 2
        turn = (by_width * depth_variance + by_depth * width_variance) / (depth_variance + width_variance)
        turn = np.where(np.isfinite(turn), turn, by_depth)
        heading = np.arctan2(np.sign(line[:, 2]) * np.sin(turn), np.sign(line[:, 0]) * np.cos(turn))
        return np.asarray(np.degrees(heading))
