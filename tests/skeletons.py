"""Stick figures with known angles, in metres and camera axes (x right, y down, z away), and tracks made of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from openlumbar.pose.landmarks import LANDMARK_COUNT, MIRRORED
from openlumbar.pose.landmarks import Landmark as L
from openlumbar.pose.track import PoseTrack

Points = npt.NDArray[np.float64]

SHOULDER_WIDTH_M, HIP_WIDTH_M = 0.36, 0.24
TRUNK_M, THIGH_M, SHANK_M = 0.50, 0.40, 0.40
UP = np.array([0.0, -1.0, 0.0])
SIDEWAYS = np.array([0.01, 0.0, 1.0])
"""Away from the camera, and a trace to the right: no camera looks along a body line exactly."""


def vector(*components: float) -> Points:
    return np.array(components, dtype=np.float64)


def figure(
    shoulder: Points,
    hip: Points,
    knee: Points,
    ankle: Points,
    left: Points,
    belly: Points,
    shoulder_left: Points | None = None,
    stance_m: float = HIP_WIDTH_M,
) -> Points:
    """Make 33 landmarks from the middles of the joint pairs and unit vectors to the left and out of the belly."""
    axis = (shoulder - hip) / np.linalg.norm(shoulder - hip)
    shoulders = left if shoulder_left is None else shoulder_left
    points = np.tile(shoulder + 0.2 * axis, (LANDMARK_COUNT, 1))
    points[L.NOSE] += 0.1 * belly
    rows = (
        (L.LEFT_EAR, shoulder + 0.2 * axis, 0.14, shoulders),
        (L.LEFT_SHOULDER, shoulder, SHOULDER_WIDTH_M, shoulders),
        (L.LEFT_HIP, hip, HIP_WIDTH_M, left),
        (L.LEFT_KNEE, knee, stance_m, left),
        (L.LEFT_ANKLE, ankle, stance_m, left),
        (L.LEFT_HEEL, ankle - 0.05 * belly, stance_m, left),
        (L.LEFT_FOOT_INDEX, ankle + 0.15 * belly, stance_m, left),
    )
    for first, middle, width_m, side in rows:
        points[first], points[MIRRORED[first]] = middle + side * width_m / 2, middle - side * width_m / 2
    for arm in range(L.LEFT_ELBOW, L.LEFT_HIP):
        points[arm] = hip + (0.25 if arm % 2 else -0.25) * left  # hands at the sides
    return points


def standing(
    yaw_deg: float = 0.0,
    pelvis_deg: float = 0.0,
    lean_deg: float = 0.0,
    stance_m: float = SHOULDER_WIDTH_M,
) -> Points:
    """Stand facing the camera; yaw and pelvis are turned, and the trunk is leant, to the person's left."""
    left, shoulder_left = (turned(vector(1.0, 0.0, 0.0), angle) for angle in (pelvis_deg, yaw_deg))
    belly = turned(vector(0.0, 0.0, -1.0), pelvis_deg)
    hip, lean = vector(0.0, -0.8, 0.0), np.radians(lean_deg)
    shoulder = hip + TRUNK_M * (np.cos(lean) * UP + np.sin(lean) * left)
    return figure(shoulder, hip, hip / 2, hip * 0, left, belly, shoulder_left, stance_m)


def lying(trunk_deg: float = 0.0, rise_m: float = 0.0, *, knee_deg: float = 90.0, head: str = "left") -> Points:
    """Lie on the back, seen from the side, head to the picture's left or right.

    The trunk is lifted by an angle above the floor, or the hips by a height while the shoulders stay down.
    """
    away = -1.0 if head == "left" else 1.0
    lift = np.radians(trunk_deg) if not rise_m else -np.arcsin(rise_m / TRUNK_M)
    hip = vector(0.0, -rise_m, 0.0)
    shoulder = hip + TRUNK_M * vector(away * np.cos(lift), -np.sin(lift), 0.0)
    reach = np.sqrt(THIGH_M**2 + SHANK_M**2 - 2 * THIGH_M * SHANK_M * np.cos(np.radians(knee_deg)))
    ankle = vector(-away * reach, 0.0, 0.0)
    to_ankle = ankle - hip
    span = np.linalg.norm(to_ankle)
    height = np.sqrt(max(THIGH_M**2 - span**2 / 4, 0.0))
    knee = hip + to_ankle / 2 + height * vector(-away * -to_ankle[1], -abs(to_ankle[0]), 0.0) / span
    return figure(shoulder, hip, knee, ankle, SIDEWAYS * -away, UP)


def turned(points: Points, angle_deg: float) -> Points:
    """Turn points (…, 3) about the vertical, to the person's left (counter-clockwise seen from above)."""
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    x, y, z = np.moveaxis(points, -1, 0)
    return np.stack([cos * x - sin * z, y, sin * x + cos * z], axis=-1)


def rolled(points: Points, angle_deg: float) -> Points:
    """Turn points (…, 2 or 3) in the picture, clockwise on the screen."""
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    x, y = points[..., 0], points[..., 1]
    return np.concatenate([np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1), points[..., 2:]], axis=-1)


def film(
    frames: Sequence[Points] | Points, fps: float = 30.0, px_per_m: float = 300.0, roll_deg: float = 0.0
) -> PoseTrack:
    """Film stick figures with a camera far away: 640 × 640 pixels, every landmark seen."""
    world = rolled(np.asarray(frames), roll_deg)
    hips = world[:, [L.LEFT_HIP, L.RIGHT_HIP]].mean(axis=1, keepdims=True)
    return PoseTrack.from_arrays(
        {
            "time_s": np.arange(len(world)) / fps,
            "image": world[..., :2] * px_per_m + 320.0,
            "world": world - hips,
            "visibility": np.ones(world.shape[:2]),
            "frame_size": np.array([640, 640]),
        }
    )


def mirrored(track: PoseTrack) -> PoseTrack:
    """Hold the recording before a mirror: the person's sides are exchanged too."""
    image, world = track.image[:, MIRRORED].copy(), track.world[:, MIRRORED].copy()
    image[..., 0] = track.frame_size[0] - image[..., 0]
    world[..., 0] *= -1
    return replace(track, image=image, world=world, visibility=track.visibility[:, MIRRORED])
