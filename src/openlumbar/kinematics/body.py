"""From repaired landmarks to the person's axes and signals, frame by frame, without memory.

Picture and world landmarks are fused: x and y come from the picture (accurate), z from the world landmarks
(the only source of depth), both in metres of the tracker's own body model.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from openlumbar.kinematics.geometry import (
    UP,
    across,
    dot,
    elevation_deg,
    flexion_angle_deg,
    height_above_line,
    joint_angle_deg,
    midpoint,
    unit,
)
from openlumbar.kinematics.signals import FloatArray
from openlumbar.pose.landmarks import TRUNK_AND_LEGS
from openlumbar.pose.landmarks import Landmark as L

MEASURED = np.array(TRUNK_AND_LEGS)
"""Landmarks that size, plausibility and visibility rest on."""

LEG_BONES = (
    *((L.LEFT_HIP, L.LEFT_KNEE), (L.RIGHT_HIP, L.RIGHT_KNEE)),
    *((L.LEFT_KNEE, L.LEFT_ANKLE), (L.RIGHT_KNEE, L.RIGHT_ANKLE)),
)
"""Thighs and shanks, standard length 0.85 trunk each."""

SHORTEST_BONE_TRUNKS, LONGEST_BONE_TRUNKS = 0.35, 2.5
"""No person's thigh or shank is outside this range; wide, because depth is read badly (product)."""

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


@dataclass(frozen=True, eq=False)
class Body:
    """Fused landmarks (T, 33, 3) in metres with the roll taken out, and the axes derived from them.

    Attributes:
        joints: (T, 33, 3) metres, x right, y down, z away from the camera.
        trunk: (T, 3) mid-hip→mid-shoulder.
        left: (T, 3) towards the person's left, from both shoulder and hip lines.
        ventral: (T, 3) unit vectors out of the belly, across the trunk.
    """

    joints: FloatArray
    trunk: FloatArray
    left: FloatArray
    ventral: FloatArray

    @classmethod
    def from_joints(cls, joints: FloatArray) -> "Body":
        """Derive the axes."""
        trunk = midpoint(joints, L.LEFT_SHOULDER, L.RIGHT_SHOULDER) - midpoint(joints, L.LEFT_HIP, L.RIGHT_HIP)
        sides = joints[:, [L.LEFT_SHOULDER, L.LEFT_HIP]] - joints[:, [L.RIGHT_SHOULDER, L.RIGHT_HIP]]
        left = sides.sum(axis=1)
        return cls(joints, trunk, left, _ventral(joints, trunk, left))

    def middle(self, left: L, right: L) -> FloatArray:
        """Return the middle of a pair of joints, (T, 3)."""
        return midpoint(self.joints, left, right)

    @property
    def shoulder_line(self) -> FloatArray:
        """Return the line from the right to the left shoulder, (T, 3)."""
        line: FloatArray = self.joints[:, L.LEFT_SHOULDER] - self.joints[:, L.RIGHT_SHOULDER]
        return line

    @property
    def pelvis_line(self) -> FloatArray:
        """Return the line from the right to the left hip, (T, 3)."""
        line: FloatArray = self.joints[:, L.LEFT_HIP] - self.joints[:, L.RIGHT_HIP]
        return line

    @property
    def trunk_length(self) -> FloatArray:
        """Return the length of the trunk (T,), metres of the tracker's body model."""
        return np.asarray(np.linalg.norm(self.trunk, axis=1))


def _ventral(joints: FloatArray, trunk: FloatArray, left: FloatArray) -> FloatArray:
    """Let four witnesses vote for the belly's side: trunk sides, face, knees, feet.

    Each alone can fail (sides exchanged in side view, face hidden, knees straight); their sum, weighted by
    how far each stands out across the trunk, does not. Lengths in metres make the votes comparable. The sides
    count as far as they are seen side by side: in side view only depth tells them apart, and badly.
    """
    axis = unit(trunk)
    side_by_side = np.hypot(left[:, 0], left[:, 1]) / np.linalg.norm(left, axis=1).clip(LEAST_LENGTH_M)
    from_sides = np.cross(left, axis) * side_by_side[:, None]
    ears = midpoint(joints, L.LEFT_EAR, L.RIGHT_EAR)
    face = joints[:, L.NOSE] - ears
    hip, knee = midpoint(joints, L.LEFT_HIP, L.RIGHT_HIP), midpoint(joints, L.LEFT_KNEE, L.RIGHT_KNEE)
    ankle = midpoint(joints, L.LEFT_ANKLE, L.RIGHT_ANKLE)
    knees = knee - (hip + ankle) / 2
    toes = midpoint(joints, L.LEFT_FOOT_INDEX, L.RIGHT_FOOT_INDEX) - midpoint(joints, L.LEFT_HEEL, L.RIGHT_HEEL)
    return unit(across(from_sides + face + knees + toes, axis))


def posture_signals(body: Body) -> Mapping[str, FloatArray]:
    """Compute the signals that need no scale and no memory; names and meaning as in SIGNAL_NAMES."""
    trunk_length = body.trunk_length
    hip = body.middle(L.LEFT_HIP, L.RIGHT_HIP)
    knee = body.middle(L.LEFT_KNEE, L.RIGHT_KNEE)
    ankle = body.middle(L.LEFT_ANKLE, L.RIGHT_ANKLE)
    shoulder = body.middle(L.LEFT_SHOULDER, L.RIGHT_SHOULDER)
    return {
        "trunk_angle_deg": elevation_deg(body.trunk),
        "hip_angle_deg": flexion_angle_deg(body.trunk, knee - hip, body.ventral),
        "knee_angle_deg": _knee_angle_deg(body),
        "side_bend_deg": _side_bend_deg(body),
        "stance_ratio": _stance_ratio(body),
        "ventral_elevation_deg": elevation_deg(body.ventral),
        "view_angle_deg": _view_angle_deg(body),
        "hip_height_ratio": dot(hip - ankle, UP) / trunk_length,
        "shoulder_height_ratio": dot(shoulder - ankle, UP) / trunk_length,
        "knee_height_ratio": height_above_line(knee[:, :2], hip[:, :2], ankle[:, :2]) / trunk_length,
        "_hip_rise_m": height_above_line(hip[:, :2], shoulder[:, :2], ankle[:, :2]),
        **_raised_hand(body),
    }


def is_human(body: Body) -> npt.NDArray[np.bool_]:
    """Tell in which frames (T,) the legs have a person's proportions and the person does not stand on the head."""
    trunk_length = body.trunk_length
    bones = [body.joints[:, a] - body.joints[:, b] for a, b in LEG_BONES]
    shares = np.linalg.norm(bones, axis=2) / trunk_length.clip(LEAST_LENGTH_M)
    proportioned = (np.median(shares, axis=0) > SHORTEST_BONE_TRUNKS) & (shares.max(axis=0) < LONGEST_BONE_TRUNKS)
    hip = dot(body.middle(L.LEFT_HIP, L.RIGHT_HIP), UP)
    head_down = dot(body.joints[:, L.NOSE], UP) < hip - HEAD_DOWN_TRUNKS * trunk_length
    feet_up = dot(body.middle(L.LEFT_ANKLE, L.RIGHT_ANKLE), UP) > hip + HEAD_DOWN_TRUNKS * trunk_length
    return np.asarray(proportioned & ~(head_down & feet_up))


def _view_angle_deg(body: Body) -> FloatArray:
    """Return how far from the front or back the person is seen, 0 to 90.

    What the picture does not show of the least width a body has must be depth, whatever the tracker says.
    """
    across_picture = np.hypot(body.left[:, 0], body.left[:, 1])
    hidden = np.sqrt(np.maximum((LEAST_WIDTH_TRUNKS * body.trunk_length) ** 2 - across_picture**2, 0))
    return np.asarray(np.degrees(np.arctan2(np.maximum(np.abs(body.left[:, 2]), hidden), across_picture)))


def _knee_angle_deg(body: Body) -> FloatArray:
    joints = body.joints
    left = joint_angle_deg(joints[:, L.LEFT_HIP], joints[:, L.LEFT_KNEE], joints[:, L.LEFT_ANKLE])
    right = joint_angle_deg(joints[:, L.RIGHT_HIP], joints[:, L.RIGHT_KNEE], joints[:, L.RIGHT_ANKLE])
    return np.where(np.abs(left - right) > KNEES_DIFFER_DEG, np.minimum(left, right), (left + right) / 2)


def _side_bend_deg(body: Body) -> FloatArray:
    """Return the lean of the trunk towards the pelvis's left, from the vertical."""
    level = across(body.pelvis_line, UP[None])
    return np.degrees(np.arctan2(dot(body.trunk, unit(level)), dot(body.trunk, UP)))


def _stance_ratio(body: Body) -> FloatArray:
    ankles = body.joints[:, L.LEFT_ANKLE] - body.joints[:, L.RIGHT_ANKLE]
    ratio: FloatArray = np.linalg.norm(ankles[:, [0, 2]], axis=1) / np.linalg.norm(body.shoulder_line, axis=1)
    return ratio


def _raised_hand(body: Body) -> Mapping[str, FloatArray]:
    """Tell which hand is held up, and how far the wrists are above the nose (metres of the body model)."""
    height = np.einsum("tij,tj->ti", body.joints, unit(body.trunk))  # along the trunk: leaning raises no hand
    hip = (height[:, L.LEFT_HIP] + height[:, L.RIGHT_HIP]) / 2
    left, right, nose = height[:, L.LEFT_WRIST], height[:, L.RIGHT_WRIST], height[:, L.NOSE]
    upper = np.maximum(left, right)
    both = np.minimum(left, right) > nose
    one = (np.abs(left - right) > RAISED_ABOVE_OTHER_TRUNKS * body.trunk_length) & (
        upper > hip + RAISED_ABOVE_HIP_TRUNKS * body.trunk_length
    )
    known = np.isfinite(left + right + nose)
    hand = np.select([~known, both, one & (left > right), one], [np.nan, 2.0, 1.0, -1.0], 0.0)
    above = np.where(both, np.minimum(left, right), upper) - nose
    return {
        "raised_hand": hand,
        "_raised_wrist_above_nose_m": np.where(hand == 0.0, np.nan, above),
        "_upper_wrist_above_nose_m": upper - nose,
    }
