"""The camera's roll, from how people lie and stand."""

import math

from openlumbar._compiled import compiled
from openlumbar.kinematics.body import Middles
from openlumbar.kinematics.geometry import height_above_line

FLOOR_TILT_LIMIT_DEG = 35.0
"""A camera is not taken to be rolled further than this: a line steeper is not the floor, a trunk that leans
further is not standing (product assumption; phones are held level or upright)."""


@compiled
def roll_deg(at: Middles) -> float:
    """Estimate the camera's roll in a frame from what the picture shows; NaN where the posture does not tell.

    Lying, the floor is the line from the ankles to the shoulders or, when the trunk is lifted, to the hips:
    whichever has nothing below it.
    Standing, the line from the ankles to the shoulders is upright.
    """
    shoulder, hip, ankle = at.shoulder, at.hip, at.ankle
    is_lying = abs(_tilt_deg(shoulder[0] - hip[0], shoulder[1] - hip[1])) < 2 * FLOOR_TILT_LIMIT_DEG
    if is_lying:
        high = shoulder if height_above_line(hip, shoulder, ankle) > 0 else hip
        floor_deg = _tilt_deg(high[0] - ankle[0], high[1] - ankle[1])
        return floor_deg if abs(floor_deg) < FLOOR_TILT_LIMIT_DEG else math.nan
    plumb_deg = math.degrees(math.atan2(shoulder[0] - ankle[0], ankle[1] - shoulder[1]))
    is_upright = shoulder[1] < hip[1] < ankle[1] and abs(plumb_deg) < FLOOR_TILT_LIMIT_DEG
    return plumb_deg if is_upright else math.nan


@compiled
def _tilt_deg(x: float, y: float) -> float:
    """Return the angle of a line against the picture's horizontal, -90 to 90, clockwise positive."""
    return math.degrees(math.atan2(-y if x < 0 else y, abs(x)))
