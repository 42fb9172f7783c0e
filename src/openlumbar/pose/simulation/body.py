"""A body of bones: from the physique to segment lengths, from a posture to 33 landmarks."""

from dataclasses import dataclass

import numpy as np

from openlumbar.physique import Physique, segment_lengths_cm, stature_of
from openlumbar.pose.landmarks import LANDMARK_COUNT, Landmark
from openlumbar.pose.simulation.geometry import Array, dot, reach, unit

PROPORTION_SD = 0.04
"""Spread of one person's segments about the standard ones (content/body/segments.csv: sd / fraction)."""

LUMBAR_SHARE = 0.38
"""Share of the hip-to-shoulder line below the joint about which the simulated thorax turns and bends
(about T12/L1: Winter 2009 gives pelvis and abdomen 0.44 of the trunk up to C7; product choice)."""

_HEAD_M: dict[Landmark, tuple[float, float, float]] = {
    Landmark.NOSE: (0.115, 0.0, 0.150),
    Landmark.LEFT_EYE_INNER: (0.095, 0.016, 0.183),
    Landmark.LEFT_EYE: (0.092, 0.031, 0.184),
    Landmark.LEFT_EYE_OUTER: (0.085, 0.046, 0.183),
    Landmark.RIGHT_EYE_INNER: (0.095, -0.016, 0.183),
    Landmark.RIGHT_EYE: (0.092, -0.031, 0.184),
    Landmark.RIGHT_EYE_OUTER: (0.085, -0.046, 0.183),
    Landmark.LEFT_EAR: (0.010, 0.075, 0.160),
    Landmark.RIGHT_EAR: (0.010, -0.075, 0.160),
    Landmark.MOUTH_LEFT: (0.095, 0.026, 0.112),
    Landmark.MOUTH_RIGHT: (0.095, -0.026, 0.112),
}
"""Head landmarks from the neck's base in head axes, metres, for a stature of 1.74 m (product choice)."""

_HEAD_STATURE_M = 1.74
_NECK_BASE_M = 0.03
"""The neck's base above the shoulder line, metres (product choice)."""


@dataclass(frozen=True)
class Body:
    """Bone lengths of one person in metres."""

    stature_m: float
    trunk_m: float
    thigh_m: float
    shank_m: float
    foot_m: float
    ankle_height_m: float
    upper_arm_m: float
    forearm_m: float
    hand_m: float
    shoulder_width_m: float
    hip_width_m: float
    lying_height_m: float

    @property
    def pelvis_m(self) -> float:
        """Length from the mid-hip to the joint about which the thorax moves."""
        return self.trunk_m * LUMBAR_SHARE

    @property
    def thorax_m(self) -> float:
        """Length from that joint to the mid-shoulder."""
        return self.trunk_m * (1.0 - LUMBAR_SHARE)

    @property
    def leg_m(self) -> float:
        """Length of a straight leg, hip to ankle."""
        return self.thigh_m + self.shank_m


def body_of(physique: Physique, rng: np.random.Generator | None = None) -> Body:
    """Make a body of standard proportions, or of one person's own when given a random generator.

    The stature stays what the physique says; a long trunk means short legs.
    """
    stature_m = stature_of(physique).height_cm / 100.0
    lengths = {name: cm / 100.0 for name, cm in segment_lengths_cm(stature_m * 100.0).items()}
    if rng is not None:
        lengths = {name: m * (1.0 + PROPORTION_SD * rng.standard_normal()) for name, m in lengths.items()}
        stacked = sum(lengths[name] for name in ("head", "trunk", "thigh", "shank", "ankle_height"))
        lengths = {name: m * stature_m / stacked for name, m in lengths.items()}
    weight_kg = physique.weight_kg or 23.0 * stature_m**2
    girth = np.sqrt(weight_kg / (23.0 * stature_m**2))
    return Body(
        stature_m=stature_m,
        lying_height_m=float(0.055 * stature_m * girth),
        **{f"{name}_m": m for name, m in lengths.items() if name != "head"},
    )


@dataclass(frozen=True, eq=False)
class Posture:
    """Where the trunk is and hands and feet are wanted, over T moments; the rest follows from the bones.

    Attributes:
        pelvis_m: (T, 3) mid-hip in the room, metres.
        pelvis: (T, 3, 3) pelvis axes.
        thorax: (T, 3, 3) thorax axes.
        head: (T, 3, 3) head axes.
        shrug_rad: (T, 2) lift of the left and right collar bone.
        wrists_m: (T, 2, 3) wanted wrists, left and right.
        elbows: (T, 2, 3) directions in which the elbows point.
        ankles_m: (T, 2, 3) wanted ankles.
        knees: (T, 2, 3) directions in which the knees point.
        toes: (T, 2, 3) directions of the feet, heel to toe.
        soles: (T, 2, 3) directions from the sole to the ankle.
    """

    pelvis_m: Array
    pelvis: Array
    thorax: Array
    head: Array
    shrug_rad: Array
    wrists_m: Array
    elbows: Array
    ankles_m: Array
    knees: Array
    toes: Array
    soles: Array


def shoulders_of(body: Body, pelvis_m: Array, pelvis: Array, thorax: Array, shrug_rad: Array) -> Array:
    """Place the left and right shoulder: (T, 2, 3) metres."""
    middle = neck_root_of(body, pelvis_m, pelvis, thorax)
    half_m = body.shoulder_width_m / 2.0
    side = np.array([1.0, -1.0])[None, :, None] * np.cos(shrug_rad)[:, :, None] * thorax[:, None, :, 1]
    return np.asarray(middle[:, None] + half_m * (side + np.sin(shrug_rad)[:, :, None] * thorax[:, None, :, 2]))


def neck_root_of(body: Body, pelvis_m: Array, pelvis: Array, thorax: Array) -> Array:
    """Place the top of the trunk, the mid-shoulder of level shoulders: (T, 3) metres."""
    return np.asarray(pelvis_m + body.pelvis_m * pelvis[:, :, 2] + body.thorax_m * thorax[:, :, 2])


_JOINTS = (
    Landmark.LEFT_SHOULDER,
    Landmark.LEFT_ELBOW,
    Landmark.LEFT_WRIST,
    Landmark.LEFT_HIP,
    Landmark.LEFT_KNEE,
    Landmark.LEFT_ANKLE,
)


def landmarks_of(body: Body, posture: Posture) -> Array:
    """Place all landmarks of a posture: (T, 33, 3) metres in the room."""
    points = np.empty((len(posture.pelvis_m), LANDMARK_COUNT, 3))
    side = np.array([1.0, -1.0])[None, :, None]
    shoulders = shoulders_of(body, posture.pelvis_m, posture.pelvis, posture.thorax, posture.shrug_rad)
    hips = posture.pelvis_m[:, None] + body.hip_width_m / 2.0 * side * posture.pelvis[:, None, :, 1]
    elbows, wrists = reach(shoulders, posture.wrists_m, posture.elbows, body.upper_arm_m, body.forearm_m)
    knees, ankles = reach(hips, posture.ankles_m, posture.knees, body.thigh_m, body.shank_m)
    rows = (shoulders, elbows, wrists, hips, knees, ankles)
    for first, joint in zip(_JOINTS, rows, strict=True):
        points[:, first : first + 2] = joint
    _place_head(points, body, posture)
    _place_hands(points, body, elbows, wrists, posture.thorax)
    _place_feet(points, body, posture, ankles)
    return points


def _place_head(points: Array, body: Body, posture: Posture) -> None:
    base = neck_root_of(body, posture.pelvis_m, posture.pelvis, posture.thorax)
    base = base + _NECK_BASE_M * posture.thorax[:, :, 2]
    offsets = np.array(list(_HEAD_M.values())) * body.stature_m / _HEAD_STATURE_M
    points[:, list(_HEAD_M)] = base[:, None] + offsets @ posture.head.transpose(0, 2, 1)


def _place_hands(points: Array, body: Body, elbows: Array, wrists: Array, thorax: Array) -> None:
    """Lengthen the forearms by knuckles and thumb; the thumb points away from the hand's outer edge."""
    along = unit(wrists - elbows)
    front = thorax[:, None, :, 0]
    across = unit(front - dot(front, along)[..., None] * along)
    places = (
        (Landmark.LEFT_PINKY, 0.46, -0.18),
        (Landmark.LEFT_INDEX, 0.52, 0.14),
        (Landmark.LEFT_THUMB, 0.34, 0.24),
    )
    for first, ahead, aside in places:
        points[:, first : first + 2] = wrists + body.hand_m * (ahead * along + aside * across)


def _place_feet(points: Array, body: Body, posture: Posture, ankles: Array) -> None:
    down = -0.8 * body.ankle_height_m * posture.soles
    points[:, Landmark.LEFT_HEEL : Landmark.RIGHT_HEEL + 1] = ankles + down - 0.22 * body.foot_m * posture.toes
    toes = ankles + down + 0.70 * body.foot_m * posture.toes
    points[:, Landmark.LEFT_FOOT_INDEX : Landmark.RIGHT_FOOT_INDEX + 1] = toes
