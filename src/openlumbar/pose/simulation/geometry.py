"""Rotations and two-bone limbs, vectorised over time.

Body axes are x anterior, y to the person's left, z cranial; the room's are x and y on the floor, z up.
An axes array (T, 3, 3) holds the body axes as columns in room coordinates.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def turn_left(angle_rad: npt.ArrayLike) -> Array:
    """Rotate about the cranial axis, positive to the left: (T,) → (T, 3, 3)."""
    return _rotation(angle_rad, 0, 1, 2)


def flex_forward(angle_rad: npt.ArrayLike) -> Array:
    """Rotate about the left axis, positive towards the front: (T,) → (T, 3, 3)."""
    return _rotation(angle_rad, 2, 0, 1)


def bend_left(angle_rad: npt.ArrayLike) -> Array:
    """Rotate about the anterior axis, positive towards the left: (T,) → (T, 3, 3)."""
    return _rotation(angle_rad, 2, 1, 0)


def _rotation(angle_rad: npt.ArrayLike, start: int, end: int, axis: int) -> Array:
    """Rotate the `start` axis towards the `end` axis."""
    angle = np.atleast_1d(np.asarray(angle_rad, dtype=np.float64))
    matrix = np.zeros((len(angle), 3, 3))
    matrix[:, start, start] = matrix[:, end, end] = np.cos(angle)
    matrix[:, end, start] = np.sin(angle)
    matrix[:, start, end] = -np.sin(angle)
    matrix[:, axis, axis] = 1.0
    return matrix


def unit(vectors: Array) -> Array:
    """Scale vectors (…, 3) to length one; a zero vector stays zero."""
    length = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    return np.asarray(vectors / np.maximum(length, 1e-12)[..., None])


def middle(points: Array, left: int) -> Array:
    """Halve the way between a left landmark and its right neighbour: (T, K, 3) → (T, 3)."""
    return np.asarray(0.5 * (points[:, left] + points[:, left + 1]))


def dot(first: Array, second: Array) -> Array:
    """Multiply vectors (…, 3) to scalars (…)."""
    return np.asarray(np.einsum("...i,...i->...", first, second))


def orthonormal(axes: Array) -> Array:
    """Make blended axes (T, 3, 3) a rotation again (Gram–Schmidt, the cranial axis kept)."""
    cranial = unit(axes[:, :, 2])
    left = axes[:, :, 1]
    left = unit(left - dot(left, cranial)[:, None] * cranial)
    anterior = np.cross(left, cranial)
    return np.stack([anterior, left, cranial], axis=2)


def reach(root: Array, target: Array, pole: Array, upper: float, lower: float) -> tuple[Array, Array]:
    """Bend a two-bone limb from its root to a target, the middle joint towards the pole direction.

    A target out of reach is approached with the limb all but straight, so bone lengths hold always.

    Args:
        root: (…, 3) metres.
        target: (…, 3) metres.
        pole: (…, 3) direction in which the middle joint points.
        upper: length of the first bone, metres.
        lower: length of the second bone, metres.

    Returns:
        The middle joint and the end, each (…, 3) in metres.
    """
    way = target - root
    wanted = np.sqrt(dot(way, way))
    distance = np.clip(wanted, abs(upper - lower) * 1.02 + 1e-3, (upper + lower) * 0.9995)
    along = unit(way)
    across = unit(pole - dot(pole, along)[..., None] * along)
    ahead = (upper**2 - lower**2 + distance**2) / (2.0 * distance)
    aside = np.sqrt(np.maximum(upper**2 - ahead**2, 0.0))
    joint = root + ahead[..., None] * along + aside[..., None] * across
    return joint, root + distance[..., None] * along
