"""The simulated patient in flesh and clothes: a plain, friendly mannequin around the bones.

Its shapes are a product choice: what people, and pose models, take for a person at a glance.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from openlumbar.pose.landmarks import Landmark
from openlumbar.pose.simulation.body import Body, neck_root_of
from openlumbar.pose.simulation.geometry import Array, dot, unit
from openlumbar.pose.simulation.patient import Take, between
from openlumbar.pose.simulation.render_head import SKIN, head_surfaces
from openlumbar.pose.simulation.render_mesh import Surface, bent_path, evenly, frames_along, joined, tube

SHIRT = np.array((0.27, 0.60, 0.62))
TROUSERS = np.array((0.25, 0.29, 0.40))
BAND = np.array((0.84, 0.90, 0.89))
SHOES = np.array((0.94, 0.93, 0.91))

_STATURE_M = 1.74
_LYING_HEIGHT_M = 0.055 * _STATURE_M
"""Stature and half depth of the body that the tables describe; others are scaled."""


class _Limb(NamedTuple):
    """What a limb wears and up to which place, and the rings around it."""

    cloth: Array
    cloth_end: float
    rings: tuple[tuple[float, float, float], ...]


_TORSO = np.array(
    [
        (-0.225, 0.000, 0.000, 0.000), (-0.215, 0.060, 0.045, 0.000), (-0.180, 0.115, 0.078, 0.000),
        (-0.110, 0.165, 0.101, 0.000), (-0.040, 0.169, 0.106, 0.000), (0.030, 0.167, 0.106, 0.000),
        (0.130, 0.157, 0.102, 0.003), (0.220, 0.145, 0.096, 0.005), (0.310, 0.137, 0.093, 0.007),
        (0.400, 0.136, 0.094, 0.008), (0.500, 0.141, 0.098, 0.009), (0.600, 0.149, 0.105, 0.011),
        (0.700, 0.157, 0.111, 0.012), (0.780, 0.163, 0.111, 0.009), (0.850, 0.166, 0.106, 0.003),
        (0.910, 0.163, 0.096, -0.003), (0.960, 0.148, 0.082, -0.008), (1.000, 0.118, 0.068, -0.011),
        (1.035, 0.085, 0.058, -0.010), (1.065, 0.063, 0.052, -0.006), (1.066, 0.000, 0.000, -0.006),
    ]
)  # fmt: skip
"""Height over the hips as a share of the trunk, half width, half depth and shift to the front, metres."""
_HEM, _LOOSE_M = -0.105, 0.012
"""Where the shirt ends, and how far it stands off the hips."""
_BAND_RAD, _BAND_EDGES = 0.17, np.array([0.98, 1.02])
"""Half width of the band down the shirt's front: without it trackers read small turns of the trunk too small."""

_YOKE = np.array(
    [
        (-0.04, 0.000), (-0.03, 0.034), (0.05, 0.044), (0.20, 0.049), (0.40, 0.051), (0.60, 0.052), (0.80, 0.053),
        (1.00, 0.053), (1.20, 0.053), (1.40, 0.052), (1.60, 0.051), (1.80, 0.049), (1.95, 0.044), (2.03, 0.034),
        (2.04, 0.000),
    ]
)  # fmt: skip
"""Place (0 left shoulder, 1 neck, 2 right shoulder) and radius, metres."""

_ARM = _Limb(
    SHIRT,
    0.5505,
    (
        (-0.17, 0.000, 0.000), (-0.15, 0.026, 0.026), (-0.09, 0.043, 0.043), (0.00, 0.051, 0.051),
        (0.10, 0.054, 0.054), (0.22, 0.053, 0.053), (0.34, 0.052, 0.052), (0.46, 0.051, 0.051),
        (0.55, 0.051, 0.051), (0.551, 0.041, 0.042), (0.66, 0.040, 0.041), (0.77, 0.038, 0.039),
        (0.87, 0.036, 0.037), (0.95, 0.036, 0.036), (1.00, 0.036, 0.036), (1.05, 0.037, 0.037),
        (1.15, 0.039, 0.039), (1.28, 0.038, 0.039), (1.45, 0.035, 0.036), (1.65, 0.030, 0.031),
        (1.85, 0.025, 0.027), (2.00, 0.022, 0.027), (2.04, 0.000, 0.000),
    ),
)  # fmt: skip
"""Place (0 shoulder, 1 elbow, 2 wrist) and two half-axes, metres."""

_LEG = _Limb(
    TROUSERS,
    1.9405,
    (
        (-0.08, 0.000, 0.000), (-0.07, 0.030, 0.036), (-0.02, 0.052, 0.062), (0.05, 0.064, 0.080),
        (0.13, 0.073, 0.087), (0.26, 0.078, 0.086), (0.40, 0.075, 0.080), (0.55, 0.070, 0.073),
        (0.70, 0.064, 0.067), (0.83, 0.060, 0.062), (0.92, 0.057, 0.059), (1.00, 0.056, 0.058),
        (1.08, 0.055, 0.057), (1.18, 0.056, 0.058), (1.30, 0.057, 0.060), (1.45, 0.053, 0.056),
        (1.60, 0.047, 0.049), (1.75, 0.042, 0.043), (1.88, 0.040, 0.041), (1.94, 0.041, 0.042),
        (1.941, 0.032, 0.033), (2.02, 0.032, 0.033), (2.06, 0.000, 0.000),
    ),
)  # fmt: skip
"""Place (0 hip, 1 knee, 2 ankle) and two half-axes, metres."""

_SHOE = np.array(
    [
        (-0.10, 0.000, 0.000, 0.040), (-0.09, 0.020, 0.022, 0.040), (-0.04, 0.033, 0.038, 0.042),
        (0.06, 0.037, 0.044, 0.046), (0.18, 0.037, 0.046, 0.048), (0.32, 0.037, 0.043, 0.044),
        (0.50, 0.040, 0.034, 0.034), (0.70, 0.044, 0.029, 0.028), (0.88, 0.044, 0.025, 0.024),
        (1.02, 0.036, 0.021, 0.021), (1.10, 0.020, 0.014, 0.018), (1.13, 0.000, 0.000, 0.016),
    ]
)  # fmt: skip
"""Place (0 heel, 1 toe), half width, half height, height of the middle over the sole, metres."""
_SOLE_M = 0.012

_HAND = np.array(
    [
        (-0.10, 0.000, 0.000), (-0.06, 0.022, 0.018), (0.05, 0.028, 0.019), (0.25, 0.037, 0.018),
        (0.50, 0.042, 0.017), (0.70, 0.040, 0.014), (0.88, 0.034, 0.011), (0.97, 0.022, 0.009), (1.00, 0.000, 0.000),
    ]
)  # fmt: skip
"""Place (0 wrist, 1 finger tips), half width, half thickness, metres."""
_HAND_M = 0.175

_THUMB = np.array([(0.1, 0.000), (0.2, 0.012), (0.5, 0.014), (0.8, 0.012), (1.1, 0.011), (1.3, 0.008), (1.36, 0.000)])
"""Place (0 wrist, 1 the thumb's landmark) and radius, metres."""


class Moments(NamedTuple):
    """The body at T moments: landmarks (T, 33, 3), mid-hip (T, 3) and the axes (T, 3, 3) of its parts."""

    points: Array
    pelvis_m: Array
    pelvis: Array
    thorax: Array
    head: Array


def moments_of(take: Take, time_s: Array) -> Moments:
    """Read the body of a take at some times."""
    posture = take.posture
    values = (take.points, posture.pelvis_m, posture.pelvis, posture.thorax, posture.head)
    return Moments(*(between(value, time_s) for value in values))


class Figure(NamedTuple):
    """The parts of the body that throw a shadow, and those too small for one."""

    large: list[Surface]
    small: list[Surface]

    @property
    def whole(self) -> Surface:
        """Join the parts to one surface, flattened where it lies on the floor."""
        surface = joined([*self.large, *self.small])
        height_m = surface.corners_m[:, :, 2]
        np.maximum(height_m, _PRESSED_M, out=height_m)
        return surface


_PRESSED_M = 0.004


def figure_of(body: Body, moments: Moments) -> Figure:
    """Put flesh and clothes around the bones."""
    scale, girth = body.stature_m / _STATURE_M, body.lying_height_m / _LYING_HEIGHT_M
    neck_m = neck_root_of(body, moments.pelvis_m, moments.pelvis, moments.thorax)
    skull, *features = head_surfaces(neck_m, moments.thorax, moments.head, scale)
    large = [_torso(body, moments, neck_m, girth), _yoke(moments, neck_m, girth), skull]
    for side in (0, 1):
        large += [
            _limb(moments, Landmark.LEFT_SHOULDER + side, _ARM, scale),
            _limb(moments, Landmark.LEFT_HIP + side, _LEG, girth),
            _hand(moments, side, scale),
            _shoe(moments, side, scale),
        ]
    return Figure(large, [*features, *(_thumb(moments, side, scale) for side in (0, 1))])


def _torso(body: Body, moments: Moments, neck_m: Array, girth: float) -> Surface:
    shape = _torso_rings()
    height = shape[:, 0]
    share = body.pelvis_m / body.trunk_m
    places = np.where(height < share, height / share, 1.0 + (height - share) / (1.0 - share))
    lumbar_m = moments.pelvis_m + body.pelvis_m * moments.pelvis[:, :, 2]
    turned = np.clip((height - 0.05) / 0.7, 0.0, 1.0)[None, :, None]
    left, front = (
        unit((1.0 - turned) * moments.pelvis[:, None, :, axis] + turned * moments.thorax[:, None, :, axis])
        for axis in (1, 0)
    )
    path_m = bent_path((moments.pelvis_m, lumbar_m, neck_m), places, 0.9) + girth * shape[:, 3, None] * front
    angles_rad = np.sort(np.concatenate([evenly(40), _BAND_RAD * _BAND_EDGES, 2.0 * np.pi - _BAND_RAD * _BAND_EDGES]))
    banded = np.cos(angles_rad) > np.cos(_BAND_RAD)
    shirt = np.where(banded[:, None], BAND, SHIRT)
    colours = np.where((height < _HEM)[:, None, None], TROUSERS, shirt)
    return tube(path_m, (-left, front), girth * shape[:, 1:3], colours, angles_rad)


@cache
def _torso_rings() -> Array:
    """Draw the torso's table finer, the shirt over the hips: (R, 4)."""
    ends = _TORSO[[0, 1, -2, -1], 0]
    height = np.sort(np.concatenate([np.linspace(-0.2, 1.05, 36), ends, [_HEM - 1e-4, _HEM]]))
    shape = np.column_stack([height, PchipInterpolator(_TORSO[:, 0], _TORSO[:, 1:])(height)])
    loose_m = np.where(height >= _HEM, _LOOSE_M * np.clip((0.35 - height) / 0.3, 0.0, 1.0), 0.0)
    shape[:, 1:3] += loose_m[:, None]
    return shape


def _yoke(moments: Moments, neck_m: Array, girth: float) -> Surface:
    """Lay the shirt from shoulder to shoulder, whatever the collar bones do."""
    root, end = (moments.points[:, Landmark.LEFT_SHOULDER + side] for side in (0, 1))
    lifted = neck_m + 0.026 * girth * moments.thorax[:, :, 2]
    path_m = bent_path((root, lifted, end), _YOKE[:, 0], 0.6)
    radii_m = girth * _YOKE[:, [1, 1]] * np.array([1.0, 0.95])
    return tube(path_m, frames_along(path_m, moments.thorax[:, :, 0]), radii_m, _plain(SHIRT, _YOKE), evenly(20))


def _limb(moments: Moments, root: int, limb: _Limb, scale: float) -> Surface:
    """Wrap an arm or a leg; its rings keep their turn by the plane in which it bends."""
    shape = np.array(limb.rings)
    joints = [moments.points[:, root + step] for step in (0, 2, 4)]
    path_m = bent_path(joints, shape[:, 0], 0.16)
    forward = 0.02 if root >= Landmark.LEFT_HIP else -0.02
    bend = np.cross(joints[1] - joints[0], joints[2] - joints[1])
    bend = bend + forward * np.cross(moments.pelvis[:, :, 0], joints[2] - joints[0])
    colours = np.where((shape[:, 0] < limb.cloth_end)[:, None], limb.cloth, SKIN)
    return tube(path_m, frames_along(path_m, unit(bend)), scale * shape[:, 1:], colours, evenly(20))


def _hand(moments: Moments, side: int, scale: float) -> Surface:
    wrist, pinky, index = (moments.points[:, first + side] for first in _HAND_MARKS)
    along = unit(0.5 * (pinky + index) - wrist)[:, None]
    path_m = wrist[:, None] + _HAND[:, 0, None] * _HAND_M * scale * along
    spread = _square((index - pinky)[:, None], along).repeat(len(_HAND), axis=1)
    return tube(path_m, (spread, np.cross(along, spread)), scale * _HAND[:, 1:], _plain(SKIN, _HAND), evenly(16))


_HAND_MARKS = (Landmark.LEFT_WRIST, Landmark.LEFT_PINKY, Landmark.LEFT_INDEX)


def _thumb(moments: Moments, side: int, scale: float) -> Surface:
    wrist, thumb, pinky = (moments.points[:, first + side] for first in _THUMB_MARKS)
    path_m = wrist[:, None] + _THUMB[:, 0, None] * (thumb - wrist)[:, None]
    frames = frames_along(path_m, pinky - wrist)
    return tube(path_m, frames, scale * _THUMB[:, [1, 1]], _plain(SKIN, _THUMB), evenly(12))


def _shoe(moments: Moments, side: int, scale: float) -> Surface:
    heel, toe, ankle = (moments.points[:, first + side] for first in _SHOE_MARKS)
    along = unit(toe - heel)[:, None]
    up = _square((ankle - heel)[:, None], along).repeat(len(_SHOE), axis=1)
    path_m = heel[:, None] + _SHOE[:, 0, None] * (toe - heel)[:, None] + scale * (_SHOE[:, 3, None] - _SOLE_M) * up
    return tube(path_m, (np.cross(up, along), up), scale * _SHOE[:, 1:3], _plain(SHOES, _SHOE), evenly(20))


_THUMB_MARKS = (Landmark.LEFT_WRIST, Landmark.LEFT_THUMB, Landmark.LEFT_PINKY)
_SHOE_MARKS = (Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX, Landmark.LEFT_ANKLE)


def _square(way: Array, along: Array) -> Array:
    """Turn a direction square to another one (…, 3)."""
    return unit(way - dot(way, along)[..., None] * along)


def _plain(colour: Array, shape: Array) -> Array:
    """Give every ring of a shape the same colour."""
    return np.tile(colour, (len(shape), 1))
