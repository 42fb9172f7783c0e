"""Heading of a body line (shoulders, pelvis) from its depth and from its foreshortened width.

Depth from a single camera under-reads turns by a fifth to a third, but is steady near zero; the width of the
line, compared with the person's own full width, is exact for wide turns and useless near zero. The two are
averaged with the inverse of their variances.
"""

import math

from openlumbar._compiled import compiled
from openlumbar.kinematics.geometry import Vector, clipped
from openlumbar.kinematics.running import QuantileMemory, push_value

DEPTH_UNDER_READING = 0.3
"""Relative error of a turn read from depth (measured: a seated turn of 54° by motion capture read 33°)."""

DEPTH_FLOOR_DEG = 3.0
"""Error of a turn read from depth near zero, degrees (jitter of the world landmarks at rest)."""

FULL_WIDTH_QUANTILE = 0.9
"""The person's own full width is this quantile of the widths seen: high, yet deaf to single outliers."""

LEAST_WIDTH = 1e-6
"""Keeps the ratio finite while only coinciding landmarks were seen."""


@compiled
def line_heading_deg(line: Vector, trunk_length: float, width_error: float, widths: QuantileMemory) -> float:
    """Return the heading of a body line, counter-clockwise seen from above, 0 to the picture's right.

    Args:
        line: from the person's right to their left, camera axes, any unit.
        trunk_length: in the same unit: makes widths comparable when the person steps nearer.
        width_error: relative error of the line's width in the picture, from landmark jitter.
        widths: the widths seen, for the person's own full width (10 s at 30 frames a second); this one is taken in.
    """
    width = abs(line[0]) / trunk_length
    full_width = push_value(widths, width, FULL_WIDTH_QUANTILE)
    by_width = math.acos(clipped(width / max(full_width, LEAST_WIDTH), 0.0, 1.0))
    by_depth = math.atan2(abs(line[2]), abs(line[0]))
    width_variance = (width_error / math.tan(max(by_width, width_error))) ** 2
    depth_variance = (DEPTH_UNDER_READING * by_depth) ** 2 + math.radians(DEPTH_FLOOR_DEG) ** 2
    turn = (by_width * depth_variance + by_depth * width_variance) / (depth_variance + width_variance)
    if not math.isfinite(turn):
        turn = by_depth
    return math.degrees(math.atan2(_sign(line[2]) * math.sin(turn), _sign(line[0]) * math.cos(turn)))


@compiled
def _sign(value: float) -> float:
    return 0.0 if value == 0 else math.copysign(1.0, value)
