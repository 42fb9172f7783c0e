"""From a frame's repaired joints to the person's axes and the signals that need no memory.

Joints are (N, 3) in metres of the tracker's own body model, x right, y down, z away, the roll taken out. Picture
and world landmarks are fused in them: x and y come from the picture (accurate), z from the world landmarks (the
only source of depth). Shoulders, hips, knees and ankles are known.
"""

import math
from typing import NamedTuple

from openlumbar._compiled import compiled
from openlumbar.kinematics.geometry import (
    UP,
    Vector,
    across,
    between,
    cross,
    distance,
    dot,
    elevation_deg,
    flexion_angle_deg,
    height_above_line,
    joint_angle_deg,
    length,
    midpoint,
    minus,
    plus,
    times,
    unit,
)
from openlumbar.kinematics.joints import (
    LEFT_ANKLE,
    LEFT_EAR,
    LEFT_FOOT_INDEX,
    LEFT_HEEL,
    LEFT_HIP,
    LEFT_KNEE,
    LEFT_SHOULDER,
    LEFT_WRIST,
    NOSE,
    RIGHT_ANKLE,
    RIGHT_EAR,
    RIGHT_FOOT_INDEX,
    RIGHT_HEEL,
    RIGHT_HIP,
    RIGHT_KNEE,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)
from openlumbar.kinematics.signals import FloatArray, Row

SHORTEST_BONE_TRUNKS, LONGEST_BONE_TRUNKS = 0.35, 2.5
"""No person's thigh or shank is outside this range (standard: 0.85); wide, because depth is read badly (product)."""

HEAD_DOWN_TRUNKS = 0.3
"""Head so far below the hips and feet so far above them: no exercise, but a skeleton turned over."""

LEAST_LENGTH_M = 1e-6
"""Keeps ratios finite where two landmarks coincide."""

LEAST_WIDTH_TRUNKS = 0.8
"""Shoulder width and hip width together are at least this many trunk lengths (standard: 1.1; real clips: 1.2)."""

RAISED_ABOVE_OTHER_TRUNKS = 0.35
"""A hand counts as held up when it is so much higher than the other (trunk lengths; about 17 cm) …"""

RAISED_ABOVE_HIP_TRUNKS = 0.5
"""… and above the middle of the trunk (product assumption: a hand at the side hangs at hip height)."""

KNEES_DIFFER_DEG = 45.0
"""From this difference on the knees are in different postures and the bent one is meant (as in a curl-up)."""

WRIST_SEEN = 0.5
"""Confidence in a wrist from which on its height is told (the tracker's own even odds)."""


class Middles(NamedTuple):
    """The middles of pairs of joints, and the trunk from the hips to the shoulders."""

    shoulder: Vector
    hip: Vector
    knee: Vector
    ankle: Vector
    trunk: Vector
    trunk_length: float


@compiled
def middles_of(joints: FloatArray) -> Middles:
    """Take the middles of the pairs."""
    shoulder = midpoint(joints, LEFT_SHOULDER, RIGHT_SHOULDER)
    hip = midpoint(joints, LEFT_HIP, RIGHT_HIP)
    knee = midpoint(joints, LEFT_KNEE, RIGHT_KNEE)
    ankle = midpoint(joints, LEFT_ANKLE, RIGHT_ANKLE)
    trunk = minus(shoulder, hip)
    return Middles(shoulder, hip, knee, ankle, trunk, length(trunk))


@compiled
def tell_posture(joints: FloatArray, at: Middles, row: Row) -> None:
    """Fill in the signals that need no scale and no memory; names and meaning as in SIGNAL_NAMES."""
    left = plus(between(joints, RIGHT_SHOULDER, LEFT_SHOULDER), between(joints, RIGHT_HIP, LEFT_HIP))
    ventral = _ventral(joints, at, left)
    row.trunk_angle_deg = elevation_deg(at.trunk)
    row.hip_angle_deg = flexion_angle_deg(at.trunk, minus(at.knee, at.hip), ventral)
    row.knee_angle_deg = _knee_angle_deg(joints)
    row.side_bend_deg = _side_bend_deg(joints, at.trunk)
    row.stance_ratio = _stance_ratio(joints)
    row.ventral_elevation_deg = elevation_deg(ventral)
    row.view_angle_deg = _view_angle_deg(left, at.trunk_length)
    row.hip_height_ratio = dot(minus(at.hip, at.ankle), UP) / at.trunk_length
    row.shoulder_height_ratio = dot(minus(at.shoulder, at.ankle), UP) / at.trunk_length
    row.knee_height_ratio = height_above_line(at.knee, at.hip, at.ankle) / at.trunk_length


@compiled
def tell_hands(joints: FloatArray, at: Middles, cm_per_m: float, row: Row) -> None:
    """Fill in which hand is held up, and how far the wrists are above the nose, both along the trunk.

    Heights along the trunk: leaning raises no hand.
    """
    along = unit(at.trunk)
    left, right = _height(joints, LEFT_WRIST, along), _height(joints, RIGHT_WRIST, along)
    nose, hip = _height(joints, NOSE, along), dot(at.hip, along)
    if not math.isfinite(left + right + nose):
        return
    lower, upper = min(left, right), max(left, right)
    row.upper_wrist_above_head_cm = (upper - nose) * cm_per_m
    row.raised_hand = 0.0
    if lower > nose:
        row.raised_hand = 2.0
        row.raised_wrist_above_head_cm = (lower - nose) * cm_per_m
    elif upper - lower > RAISED_ABOVE_OTHER_TRUNKS * at.trunk_length and (
        upper > hip + RAISED_ABOVE_HIP_TRUNKS * at.trunk_length
    ):
        row.raised_hand = 1.0 if left > right else -1.0
        row.raised_wrist_above_head_cm = (upper - nose) * cm_per_m


@compiled
def wrist_height_ratio(joints: FloatArray, at: Middles, wrist: int, visibility: float) -> float:
    """Return the height of a wrist above the mid-shoulder along the vertical, in trunk lengths; NaN when not seen."""
    if not visibility >= WRIST_SEEN:
        return math.nan
    return (_height(joints, wrist, UP) - dot(at.shoulder, UP)) / at.trunk_length


@compiled
def leg_length(joints: FloatArray) -> float:
    """Add up thigh and shank, the mean of both sides."""
    left = distance(joints, LEFT_HIP, LEFT_KNEE) + distance(joints, LEFT_KNEE, LEFT_ANKLE)
    right = distance(joints, RIGHT_HIP, RIGHT_KNEE) + distance(joints, RIGHT_KNEE, RIGHT_ANKLE)
    return (left + right) / 2


@compiled
def is_human(joints: FloatArray, at: Middles) -> bool:
    """Tell whether the legs have a person's proportions and the person does not stand on the head."""
    a, b = distance(joints, LEFT_HIP, LEFT_KNEE), distance(joints, LEFT_KNEE, LEFT_ANKLE)
    c, d = distance(joints, RIGHT_HIP, RIGHT_KNEE), distance(joints, RIGHT_KNEE, RIGHT_ANKLE)
    shortest, longest = min(a, b, c, d), max(a, b, c, d)
    median = (a + b + c + d - shortest - longest) / 2
    trunk_length = max(at.trunk_length, LEAST_LENGTH_M)
    if not (median > SHORTEST_BONE_TRUNKS * trunk_length and longest < LONGEST_BONE_TRUNKS * trunk_length):
        return False
    hip = dot(at.hip, UP)
    head_down = _height(joints, NOSE, UP) < hip - HEAD_DOWN_TRUNKS * at.trunk_length
    feet_up = dot(at.ankle, UP) > hip + HEAD_DOWN_TRUNKS * at.trunk_length
    return not (head_down and feet_up)


@compiled
def _height(joints: FloatArray, joint: int, direction: Vector) -> float:
    return dot((joints[joint, 0], joints[joint, 1], joints[joint, 2]), direction)


@compiled
def _ventral(joints: FloatArray, at: Middles, left: Vector) -> Vector:
    """Let four witnesses vote for the belly's side: trunk sides, face, knees, feet; a unit vector across the trunk.

    Each alone can fail (sides exchanged in side view, face hidden, knees straight); their sum, weighted by
    how far each stands out across the trunk, does not. Lengths in metres make the votes comparable. The sides
    count as far as they are seen side by side: in side view only depth tells them apart, and badly.
    """
    axis = unit(at.trunk)
    side_by_side = math.hypot(left[0], left[1]) / max(length(left), LEAST_LENGTH_M)
    from_sides = times(cross(left, axis), side_by_side)
    ears = midpoint(joints, LEFT_EAR, RIGHT_EAR)
    face = (joints[NOSE, 0] - ears[0], joints[NOSE, 1] - ears[1], joints[NOSE, 2] - ears[2])
    knees = minus(at.knee, times(plus(at.hip, at.ankle), 0.5))
    toes = minus(midpoint(joints, LEFT_FOOT_INDEX, RIGHT_FOOT_INDEX), midpoint(joints, LEFT_HEEL, RIGHT_HEEL))
    return unit(across(plus(plus(from_sides, face), plus(knees, toes)), axis))


@compiled
def _view_angle_deg(left: Vector, trunk_length: float) -> float:
    """Return how far from the front or back the person is seen, 0 to 90.

    What the picture does not show of the least width a body has must be depth, whatever the tracker says.
    """
    across_picture = math.hypot(left[0], left[1])
    hidden = math.sqrt(max((LEAST_WIDTH_TRUNKS * trunk_length) ** 2 - across_picture**2, 0.0))
    return math.degrees(math.atan2(max(abs(left[2]), hidden), across_picture))


@compiled
def _knee_angle_deg(joints: FloatArray) -> float:
    left = joint_angle_deg(joints, LEFT_HIP, LEFT_KNEE, LEFT_ANKLE)
    right = joint_angle_deg(joints, RIGHT_HIP, RIGHT_KNEE, RIGHT_ANKLE)
    return min(left, right) if abs(left - right) > KNEES_DIFFER_DEG else (left + right) / 2


@compiled
def _side_bend_deg(joints: FloatArray, trunk: Vector) -> float:
    """Return the lean of the trunk towards the pelvis's left, from the vertical."""
    level = across(between(joints, RIGHT_HIP, LEFT_HIP), UP)
    return math.degrees(math.atan2(dot(trunk, unit(level)), dot(trunk, UP)))


@compiled
def _stance_ratio(joints: FloatArray) -> float:
    ankles = between(joints, RIGHT_ANKLE, LEFT_ANKLE)
    return math.hypot(ankles[0], ankles[2]) / distance(joints, LEFT_SHOULDER, RIGHT_SHOULDER)
