"""Surfaces that move: tubes and caps of small four-sided facets, vectorised over time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from openlumbar.pose.simulation.geometry import Array, dot, unit

Facets = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Surface:
    """A skin of facets over T moments.

    Attributes:
        corners_m: (T, V, 3) in the room.
        facets: (F, 4) corners of each facet; seen from outside they turn against the clock.
        colours: (V, 3) RGB of the corners, 0 to 1.
        lift_m: (F,) how much nearer to the lens a facet counts than it is; keeps an eye before its face.
    """

    corners_m: Array
    facets: Facets
    colours: Array
    lift_m: Array

    def lifted(self, lift_m: float) -> "Surface":
        """Let all facets count as nearer."""
        return replace(self, lift_m=self.lift_m + lift_m)


def joined(surfaces: Sequence[Surface]) -> Surface:
    """Make one surface of several."""
    starts = np.cumsum([0, *(surface.corners_m.shape[1] for surface in surfaces)])
    return Surface(
        np.concatenate([surface.corners_m for surface in surfaces], axis=1),
        np.concatenate([surface.facets + start for surface, start in zip(surfaces, starts, strict=False)]),
        np.concatenate([surface.colours for surface in surfaces]),
        np.concatenate([surface.lift_m for surface in surfaces]),
    )


def evenly(sides: int) -> Array:
    """Divide a ring: (sides,) radians."""
    return 2.0 * np.pi * np.arange(sides) / sides


def tube(
    centres_m: Array,
    frames: tuple[Array, Array],
    radii_m: Array,
    colours: Array,
    angles_rad: Array,
    relief: Array | float = 1.0,
) -> Surface:
    """Wrap rings around a line.

    Args:
        centres_m: (T, R, 3) middles of the rings.
        frames: two directions (T, R, 3) that span each ring, such that first × second leads along the line.
        radii_m: (R, 2) half-axes of the rings along the two directions.
        colours: (R, 3) of the rings or (R, S, 3) of the corners.
        angles_rad: (S,) of the corners of a ring, from the second direction to the first.
        relief: (R, S) factors of the radii.
    """
    (count, _), sides = radii_m.shape, len(angles_rad)
    across = np.einsum("trk,rs->trsk", frames[0], relief * np.outer(radii_m[:, 0], np.sin(angles_rad)))
    along = np.einsum("trk,rs->trsk", frames[1], relief * np.outer(radii_m[:, 1], np.cos(angles_rad)))
    corners_m = (centres_m[:, :, None] + across + along).reshape(len(centres_m), -1, 3)
    ring, side = (index.ravel() for index in np.mgrid[: count - 1, :sides])
    start, after = ring * sides, (side + 1) % sides
    facets = np.stack([start + side, start + after, start + sides + after, start + sides + side], axis=1)
    painted = np.broadcast_to(colours[:, None] if colours.ndim == 2 else colours, (count, sides, 3))
    return Surface(corners_m, facets, painted.reshape(-1, 3), np.zeros(len(facets)))


def bent_path(joints_m: Sequence[Array], places: Array, rounding: float) -> Array:
    """Lead a line through three joints (T, 3), rounded at the middle one.

    Args:
        joints_m: root, middle joint and end.
        places: (R,) 0 at the root, 1 at the middle joint, 2 at the end; beyond them straight on.
        rounding: how far from the middle joint the line leaves the bones.

    Returns:
        (T, R, 3) metres.
    """
    root, joint, end = joints_m
    first, second = np.minimum(places, 1.0)[:, None], np.maximum(places - 1.0, 0.0)[:, None]
    line = root[:, None] + first * (joint - root)[:, None] + second * (end - joint)[:, None]
    near = np.clip(1.0 - np.abs(places - 1.0) / rounding, 0.0, None)[:, None]
    bulge = (end - joint) - (joint - root)
    return np.asarray(line + 0.25 * rounding * near**2 * bulge[:, None])


def frames_along(path_m: Array, first: Array) -> tuple[Array, Array]:
    """Carry a direction (T, 3) along a path (T, R, 3) without turning about it; return what spans the rings."""
    tangents = unit(np.gradient(path_m, axis=1))
    across = np.empty_like(tangents)
    for ring in range(path_m.shape[1]):
        along = tangents[:, ring]
        first = unit(first - dot(first, along)[:, None] * along)
        across[:, ring] = first
    return across, np.cross(tangents, across)
