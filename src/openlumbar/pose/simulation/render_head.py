"""The simulated patient's head: skull, hair, neck, and a face that people and trackers know as one."""

from dataclasses import replace
from functools import cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from openlumbar.pose.simulation.geometry import Array, unit
from openlumbar.pose.simulation.render_mesh import Surface, evenly, frames_along, tube

SKIN = np.array((0.93, 0.74, 0.62))
_HAIR = np.array((0.30, 0.21, 0.15))
_WHITE = np.array((0.97, 0.96, 0.94))
_IRIS = np.array((0.22, 0.15, 0.11))
_LIPS = np.array((0.80, 0.48, 0.44))

_NECK_BASE_M = 0.03
_SKULL = np.array(
    [
        (0.050, 0.050, 0.000, 0.000), (0.053, 0.050, 0.024, 0.020), (0.062, 0.048, 0.042, 0.036),
        (0.078, 0.040, 0.056, 0.050), (0.096, 0.031, 0.067, 0.058), (0.114, 0.023, 0.076, 0.063),
        (0.134, 0.016, 0.084, 0.067), (0.154, 0.011, 0.090, 0.070), (0.172, 0.008, 0.094, 0.072),
        (0.188, 0.006, 0.096, 0.073), (0.206, 0.004, 0.098, 0.074), (0.224, 0.002, 0.098, 0.074),
        (0.242, 0.000, 0.096, 0.072), (0.260, -0.003, 0.090, 0.067), (0.276, -0.005, 0.080, 0.059),
        (0.290, -0.006, 0.064, 0.047), (0.300, -0.007, 0.042, 0.031), (0.305, -0.007, 0.020, 0.015),
        (0.306, -0.007, 0.000, 0.000),
    ]
)  # fmt: skip
"""Height over the neck's base, middle to the front, half depth, half width, metres."""
_SIDES = 40


def head_surfaces(neck_m: Array, thorax: Array, head: Array, scale: float) -> list[Surface]:
    """Shape the head in its own axes (T, 3, 3) and the neck from its root (T, 3), the thorax's axes around it."""
    base_m = neck_m + _NECK_BASE_M * thorax[:, :, 2]
    placed = []
    for part in _parts_of_head():
        corners_m = base_m[:, None] + scale * part.corners_m[0] @ head.transpose(0, 2, 1)
        placed.append(replace(part, corners_m=corners_m))
    return [placed[0], _neck(neck_m, thorax, base_m + scale * head @ _NECK_END_M, scale), *placed[1:]]


def _neck(root_m: Array, thorax: Array, end_m: Array, scale: float) -> Surface:
    start_m = root_m + scale * thorax @ _NECK_START_M
    share = np.linspace(0.0, 1.0, len(_NECK_RADII_M))[:, None]
    path_m = (1.0 - share) * start_m[:, None] + share * end_m[:, None]
    left, front = (np.repeat(thorax[:, None, :, axis], len(share), axis=1) for axis in (1, 0))
    radii_m = scale * _NECK_RADII_M[:, None] * np.array([1.0, 1.02])
    return tube(path_m, (-left, front), radii_m, np.tile(SKIN, (len(share), 1)), evenly(20))


_NECK_RADII_M = np.array([0.066, 0.062, 0.057, 0.054, 0.052, 0.052, 0.052, 0.050])
_NECK_START_M, _NECK_END_M = np.array([-0.008, 0.0, -0.03]), np.array([0.004, 0.0, 0.10])


@cache
def _parts_of_head() -> tuple[Surface, ...]:
    """Make the skull with its hair, then the smaller parts, at one moment in the head's own axes."""
    eyes = [part.lifted(_LIFT_M) for side in (1.0, -1.0) for part in _eye(side)]
    return (_skull(), _nose(), _ear(1.0), _ear(-1.0), *eyes, _mouth().lifted(_LIFT_M))


_LIFT_M = 0.012


def _skull() -> Surface:
    height = np.linspace(_SKULL[0, 0], _SKULL[-1, 0], 44)
    front, deep, wide = PchipInterpolator(_SKULL[:, 0], _SKULL[:, 1:])(height).T
    facing = np.cos(evenly(_SIDES))[None]
    hairline_m = 0.118 + 0.132 * np.clip(0.55 + 0.75 * facing, 0.0, 1.0)
    hair = np.clip(0.5 + (height[:, None] - hairline_m) / 0.016, 0.0, 1.0)[:, :, None]
    relief = 1.0 + _HAIR_SHARE * hair[:, :, 0]
    centres = np.stack([front, np.zeros_like(front), height], axis=1)
    return _upright_tube(centres, np.stack([wide, deep], axis=1), hair * _HAIR + (1.0 - hair) * SKIN, relief)


_HAIR_SHARE = 0.09
"""How much hair widens the head."""


def _upright_tube(centres: Array, radii: Array, colours: Array, relief: Array | float = 1.0) -> Surface:
    left, front = (np.broadcast_to(np.array(axis), (1, *centres.shape)) for axis in ((0, -1.0, 0), (1.0, 0, 0)))
    return tube(centres[None], (left, front), radii, colours, evenly(_SIDES), relief)


def _nose() -> Surface:
    height = np.array([0.134, 0.136, 0.141, 0.148, 0.158, 0.170, 0.182, 0.186])
    front = np.array([0.100, 0.106, 0.112, 0.111, 0.106, 0.100, 0.095, 0.094])
    wide = np.array([0.000, 0.012, 0.016, 0.015, 0.012, 0.009, 0.007, 0.000])
    centres = np.stack([front, np.zeros_like(front), height], axis=1)
    return _upright_tube(centres, np.stack([wide, wide], axis=1), np.tile(SKIN, (len(height), 1)))


def _ear(side: float) -> Surface:
    return _dome((0.004, side * 0.068, 0.160), (-0.25, side, 0.0), (0.027, 0.017), 0.009, SKIN)


def _eye(side: float) -> list[Surface]:
    out = (0.92, side * 0.38, 0.0)
    brow = _dome((0.0955, side * 0.032, 0.2075), (0.92, side * 0.38, 0.12), (0.0035, 0.017), 0.003, _HAIR)
    white = _dome((0.0955, side * 0.031, 0.184), out, (0.0080, 0.0145), 0.003, _WHITE)
    iris = _dome((0.0985, side * 0.0305, 0.184), out, (0.0078, 0.0080), 0.002, _IRIS)
    return [brow, white, iris.lifted(0.003)]


def _dome(
    place: tuple[float, float, float],
    out: tuple[float, float, float],
    size: tuple[float, float],
    bulge_m: float,
    colour: Array,
) -> Surface:
    """Set a low dome on the head: `out` is its direction, `size` its half height and half breadth."""
    axis = unit(np.array(out))
    along = unit(np.cross([0.0, 0.0, 1.0], axis))
    share = np.array([1.0, 0.75, 0.4, 0.0])
    centres = np.array(place) + bulge_m * (1.0 - share**2)[:, None] * axis
    across, upward = (np.broadcast_to(way, (1, *centres.shape)) for way in (along, np.cross(axis, along)))
    radii = np.outer(share, [size[1], size[0]])
    return tube(centres[None], (across, upward), radii, np.tile(colour, (4, 1)), evenly(14))


def _mouth() -> Surface:
    """Bend the lips to a faint smile."""
    aside = np.linspace(-1.0, 1.0, 9)
    path = np.stack([0.1010 - 0.010 * aside**2, 0.026 * aside, 0.1095 + 0.005 * aside**2], axis=1)[None]
    radii = 0.0048 * np.sqrt(np.clip(1.0 - aside**4, 0.0, 1.0))
    frames = frames_along(path, np.array([[0.0, 0.0, 1.0]]))
    return tube(path, frames, np.stack([radii, radii], axis=1), np.tile(_LIPS, (9, 1)), evenly(10))
