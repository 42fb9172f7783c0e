"""Painting a surface into a picture: light on its corners, and the nearest facet in every fine pixel."""

import math
from collections.abc import Callable
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt
from numba import njit

from openlumbar.pose.simulation.camera import Lens
from openlumbar.pose.simulation.geometry import Array, dot, unit
from openlumbar.pose.simulation.render_mesh import Facets, Surface

RgbArray = npt.NDArray[np.uint8]

_FINER = 2
"""Fine pixels along a pixel's side."""
_TO_LAMP = unit(np.array([-0.20, -0.60, -0.75]))
"""Towards the lamp in camera axes: at the upper left, behind the camera."""


def paint(ground: RgbArray, lens: Lens, figure: Surface, moment: int) -> RgbArray:
    """Paint one moment of a surface on a picture (H, W, 3)."""
    seen = lens.see(figure.corners_m[moment])
    normals = unit(_normals(seen, figure.facets))
    colours = _lit(figure.colours, normals, -dot(normals, unit(seen)), normals @ lens.axes[:, 2])
    spots = lens.project(seen)
    height, width = ground.shape[:2]
    left, top = np.clip(np.floor(spots.min(axis=0)).astype(int) - 1, 0, (width - 1, height - 1)).tolist()
    right, bottom = np.clip(np.ceil(spots.max(axis=0)).astype(int) + 1, 1, (width, height)).tolist()
    canvas = cv2.resize(ground[top:bottom, left:right], None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_NEAREST)
    fine = np.column_stack([(spots - (left, top)) * _FINER - 0.5, 1.0 / seen[:, 2]])
    _fill(np.asarray(canvas, np.uint8), fine, colours, figure.facets, figure.lift_m)
    picture = ground.copy()
    picture[top:bottom, left:right] = cv2.resize(canvas, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    return picture


def _lit(albedo: Array, normals: Array, facing: Array, up: Array) -> Array:
    """Light corners (V, 3) from a lamp, the sky and the floor, and darken the rims a little: 0 to 255."""
    lamp = np.clip(0.15 + 0.85 * (normals @ _TO_LAMP), 0.0, None)
    light = (0.54 + 0.11 * up + 0.46 * lamp) * (0.74 + 0.26 * np.sqrt(np.clip(facing, 0.0, 1.0)))
    return np.asarray((255.0 * albedo * light[:, None]).clip(0.0, 255.0))


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function on its first call, and keep the outcome beside its source where there is a place for it."""
    try:
        return cast("Callable[..., Any]", njit(error_model="numpy", cache=True)(function))
    except RuntimeError:  # neither the package's folder nor the user's can be written
        return cast("Callable[..., Any]", njit(error_model="numpy")(function))


@_compiled
def _normals(corners: Array, facets: Facets) -> Array:
    """Sum the normals of the facets around each corner: (V, 3)."""
    normals = np.zeros_like(corners)
    for index in range(len(facets)):
        a, b, c, d = facets[index]
        for axis in range(3):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            normal = (corners[d, u] - corners[b, u]) * (corners[c, v] - corners[a, v])
            normal -= (corners[d, v] - corners[b, v]) * (corners[c, u] - corners[a, u])
            for corner in (a, b, c, d):
                normals[corner, axis] += normal
    return normals


@_compiled
def _fill_triangle(
    canvas: RgbArray, nearest: Array, fine: Array, colours: Array, a: int, b: int, c: int, lift_m: float
) -> None:
    ax, ay, bx, by, cx, cy = fine[a, 0], fine[a, 1], fine[b, 0], fine[b, 1], fine[c, 0], fine[c, 1]
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    if area <= 0.0:
        return
    a_along, a_down = (by - cy) / area, (cx - bx) / area
    b_along, b_down = (cy - ay) / area, (ax - cx) / area
    height, width = nearest.shape
    left, right = max(0, math.ceil(min(ax, bx, cx))), min(width - 1, math.floor(max(ax, bx, cx)))
    top, bottom = max(0, math.ceil(min(ay, by, cy))), min(height - 1, math.floor(max(ay, by, cy)))
    for y in range(top, bottom + 1):
        for x in range(left, right + 1):
            of_a = (x - bx) * a_along + (y - by) * a_down
            of_b = (x - cx) * b_along + (y - cy) * b_down
            of_c = 1.0 - of_a - of_b
            if of_a < 0.0 or of_b < 0.0 or of_c < 0.0:
                continue
            near = of_a * fine[a, 2] + of_b * fine[b, 2] + of_c * fine[c, 2]
            near = near / (1.0 - lift_m * near)
            if near > nearest[y, x]:
                nearest[y, x] = near
                for channel in range(3):
                    colour = of_a * colours[a, channel] + of_b * colours[b, channel] + of_c * colours[c, channel]
                    canvas[y, x, channel] = np.uint8(colour)


@_compiled
def _fill(canvas: RgbArray, fine: Array, colours: Array, facets: Facets, lift_m: Array) -> None:
    """Fill facets that show their outside; `fine` (V, 3) is right, down and the inverse of the distance."""
    nearest = np.zeros(canvas.shape[:2])
    for index in range(len(facets)):
        facet = facets[index]
        for second, third in ((1, 2), (2, 3)):
            _fill_triangle(canvas, nearest, fine, colours, facet[0], facet[second], facet[third], lift_m[index])
