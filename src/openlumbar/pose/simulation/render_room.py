"""The room around the simulated patient: a wall, a floor, a mat, and the shadow on them."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from openlumbar.pose.simulation.camera import Lens
from openlumbar.pose.simulation.geometry import Array, unit
from openlumbar.pose.simulation.render_mesh import Surface

_FLOOR = np.array((0.80, 0.74, 0.66))
_WALL = np.array((0.90, 0.89, 0.86))
_SKIRTING = np.array((0.95, 0.94, 0.92))
_MAT = np.array((0.56, 0.66, 0.60))
_WALL_BEHIND_M, _SKIRTING_M, _SEAM_M = 1.5, 0.09, 0.015
_FINER = 2
"""Fine pixels along a pixel's side, for edges without steps."""

_SHADOW_FINENESS = 4
"""Pixels along the side of a shadow's pixel: it is blurred anyway."""
_SHADOW, _FADES_M, _LEANS = 110.0, 0.5, np.array([0.1, 0.1])
"""Darkness of a shadow at the floor out of 255, the height that fades it, and how far it falls aside per height."""
_EVERY = 7
"""One corner in so many is enough to know a part's outline."""


def room_of(lens: Lens, middle_m: Array, mat_m: tuple[float, float]) -> npt.NDArray[np.uint8]:
    """Paint the empty room as a lens sees it: (H, W, 3) RGB.

    Args:
        lens: the camera.
        middle_m: (3,) the place on the floor where the person is, in the middle of the mat.
        mat_m: size of the mat along x and y.
    """
    width, height = lens.frame_size
    x, y = np.meshgrid(*((np.arange(_FINER * side) + 0.5) / _FINER - side / 2.0 for side in (width, height)))
    rays = np.stack([x / lens.focal_px, y / lens.focal_px, np.ones_like(x)], axis=2) @ lens.axes
    away = unit(lens.axes[2] * np.array([1.0, 1.0, 0.0]))
    wall_m = float((middle_m - lens.place_m) @ away) + _WALL_BEHIND_M
    to_wall = wall_m / np.maximum(rays @ away, 1e-6)
    to_floor = lens.place_m[2] / np.maximum(-rays[:, :, 2], 1e-6)
    place_m = lens.place_m + np.minimum(to_wall, to_floor)[:, :, None] * rays
    floor = (to_floor < to_wall)[:, :, None]
    picture = np.where(floor, _floor(place_m - middle_m, mat_m), _wall(place_m[:, :, 2:]))
    fine = (255.0 * picture).clip(0.0, 255.0).astype(np.uint8)
    return np.asarray(cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _wall(height_m: Array) -> Array:
    shade = 0.93 + 0.07 * np.clip(height_m / 1.5, 0.0, 1.0)
    ledge = np.where(height_m > 0.9 * _SKIRTING_M, 0.88, 0.98)
    return np.asarray(np.where(height_m < _SKIRTING_M, ledge * _SKIRTING, shade * _WALL))


def _floor(place_m: Array, mat_m: tuple[float, float]) -> Array:
    away_m = np.hypot(place_m[:, :, 0], place_m[:, :, 1])[:, :, None]
    floor = _FLOOR * (1.0 - 0.10 * np.clip(away_m / 2.5, 0.0, 1.0))
    inside_m = (0.5 * np.array(mat_m) - np.abs(place_m[:, :, :2])).min(axis=2)[:, :, None]
    beside = 1.0 - 0.25 * np.exp(np.minimum(inside_m, 0.0) / 0.02)
    seam = np.where(inside_m < _SEAM_M, 0.88, 1.0)
    return np.asarray(np.where(inside_m > 0.0, seam * _MAT, beside * floor))


def shadow_of(lens: Lens, parts: Sequence[Surface], moment: int) -> npt.NDArray[np.uint8]:
    """Paint how much light reaches the floor around one moment of the parts: (H, W) 0 to 255."""
    width, height = lens.frame_size
    size = (-(-width // _SHADOW_FINENESS), -(-height // _SHADOW_FINENESS))
    dark = np.zeros((size[1], size[0]), np.uint8)
    for part in parts:
        corners_m = part.corners_m[moment, ::_EVERY]
        layer = np.zeros_like(dark)
        depth = _SHADOW * np.exp(-float(corners_m[:, 2].mean()) / _FADES_M)
        cv2.fillConvexPoly(layer, _outline(lens, corners_m), round(depth))
        np.maximum(dark, layer, out=dark)
    dark = np.asarray(cv2.GaussianBlur(dark, (0, 0), size[0] / 90.0), np.uint8)
    return np.asarray(255 - cv2.resize(dark, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _outline(lens: Lens, corners_m: Array) -> npt.NDArray[np.int32]:
    """Outline the shadow of corners (V, 3) on the floor, in the pixels of shadows."""
    ground_m = corners_m * np.array([1.0, 1.0, 0.0])
    ground_m[:, :2] += corners_m[:, 2:] * _LEANS
    spots = lens.project(lens.see(ground_m)) / _SHADOW_FINENESS
    return np.asarray(cv2.convexHull(np.rint(spots).astype(np.int32)), np.int32)
