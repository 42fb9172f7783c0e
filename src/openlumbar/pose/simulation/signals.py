"""What the noiseless body really does, by the definitions of the results contract.

Written apart from the kinematics layer on purpose: it is the yardstick for that layer.
"""

from dataclasses import dataclass

import numpy as np

from openlumbar.pose.landmarks import Landmark
from openlumbar.pose.simulation.geometry import Array, dot, middle, unit


@dataclass(frozen=True, eq=False)
class TrueSignals:
    """Noiseless signals over T moments; angles in degrees.

    Attributes:
        time_s: (T,) seconds.
        hip_rise_cm: mid-hip height above its height at the set's start.
        line_deg: shoulder–hip–knee angle, opening to the front; beyond 180 when the hips pass the line.
        knee_deg: knee angle, mean of both; 180 straight.
        trunk_angle_deg: mid-hip to mid-shoulder against its own direction at the set's start, 0 to 180.
        trunk_yaw_deg: shoulder line against pelvis line about the vertical, less its neutral; left positive.
        side_bend_deg: mid-hip to mid-shoulder from the vertical, sideways; left positive.
        stance: distance of the ankles in shoulder widths.
        wrist_over_head_cm: height of the left and the right wrist above the nose, (T, 2).
    """

    time_s: Array
    hip_rise_cm: Array
    line_deg: Array
    knee_deg: Array
    trunk_angle_deg: Array
    trunk_yaw_deg: Array
    side_bend_deg: Array
    stance: Array
    wrist_over_head_cm: Array


def signals_of(time_s: Array, points: Array, neutral: slice) -> TrueSignals:
    """Measure the signals of landmarks (T, 33, 3) in the room, z up, against the moments called neutral."""
    hip, shoulder = middle(points, Landmark.LEFT_HIP), middle(points, Landmark.LEFT_SHOULDER)
    trunk = unit(shoulder - hip)
    own = unit(np.median(trunk[neutral], axis=0))
    pelvis_rad, shoulders_rad = _heading(points, Landmark.LEFT_HIP), _heading(points, Landmark.LEFT_SHOULDER)
    yaw_rad = np.unwrap(shoulders_rad - pelvis_rad)
    yaw_rad = yaw_rad - np.median(yaw_rad[neutral])
    side = np.stack([np.cos(pelvis_rad), np.sin(pelvis_rad), np.zeros_like(pelvis_rad)], axis=1)
    rise_m = hip[:, 2] - np.median(hip[neutral, 2])
    wrists = points[:, Landmark.LEFT_WRIST : Landmark.RIGHT_WRIST + 1, 2]
    return TrueSignals(
        time_s=time_s,
        hip_rise_cm=100.0 * rise_m,
        line_deg=line_deg_of(points),
        knee_deg=_knee_deg(points),
        trunk_angle_deg=np.degrees(2.0 * np.arctan2(*_lengths(trunk - own, trunk + own))),
        trunk_yaw_deg=np.degrees(yaw_rad),
        side_bend_deg=np.degrees(np.arctan2(dot(trunk, side), trunk[:, 2])),
        stance=_width(points, Landmark.LEFT_ANKLE) / _width(points, Landmark.LEFT_SHOULDER),
        wrist_over_head_cm=100.0 * (wrists - points[:, Landmark.NOSE, None, 2]),
    )


def line_deg_of(points: Array) -> Array:
    """Measure the angle shoulder–hip–knee on the body's front, 0 to 360: (T,)."""
    hip = middle(points, Landmark.LEFT_HIP)
    up = middle(points, Landmark.LEFT_SHOULDER) - hip
    down = middle(points, Landmark.LEFT_KNEE) - hip
    left = unit(points[:, Landmark.LEFT_HIP] - points[:, Landmark.RIGHT_HIP])
    turned = np.degrees(np.arctan2(dot(np.cross(up, down), left), dot(up, down)))
    return np.asarray(np.mod(turned, 360.0))


def _lengths(*vectors: Array) -> list[Array]:
    return [np.sqrt(dot(vector, vector)) for vector in vectors]


def _width(points: Array, left: Landmark) -> Array:
    return _lengths(points[:, left] - points[:, left + 1])[0]


def _heading(points: Array, left: Landmark) -> Array:
    """Direction of the line from right to left about the vertical, radians."""
    line = points[:, left] - points[:, left + 1]
    return np.asarray(np.arctan2(line[:, 1], line[:, 0]))


def _knee_deg(points: Array) -> Array:
    thigh = unit(points[:, 23:25] - points[:, 25:27])
    shank = unit(points[:, 27:29] - points[:, 25:27])
    angle_deg = np.degrees(np.arccos(np.clip(dot(thigh, shank), -1.0, 1.0)))
    return np.asarray(0.5 * (angle_deg[:, 0] + angle_deg[:, 1]))
