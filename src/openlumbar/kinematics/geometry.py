"""Pure array functions from landmark positions to angles and lengths.

Positions are (T, 3) or (T, 33, 3) arrays in camera axes: x right, y down, z away. Angles are in degrees.
"""

import numpy as np

from openlumbar.kinematics.signals import FloatArray
from openlumbar.pose.landmarks import Landmark

UP = np.array([0.0, -1.0, 0.0])
"""The vertical in camera axes, once the roll is taken out (y points down)."""


def midpoint(positions: FloatArray, left: Landmark, right: Landmark) -> FloatArray:
    """Return the middle of two landmarks, (T, D)."""
    middle: FloatArray = (positions[:, left] + positions[:, right]) / 2
    return middle


def unit(vectors: FloatArray) -> FloatArray:
    """Scale (T, D) vectors to length 1; NaN where the length is 0."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: FloatArray = vectors / np.where(length > 0, length, np.nan)
    return scaled


def dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Multiply (T, D) vectors row by row, (T,)."""
    product: FloatArray = (a * b).sum(axis=-1)
    return product


def across(vectors: FloatArray, axis: FloatArray) -> FloatArray:
    """Remove from (T, D) vectors their part along the unit vectors `axis`."""
    return vectors - dot(vectors, axis)[..., None] * axis


def elevation_deg(vectors: FloatArray) -> FloatArray:
    """Return the angle of (T, 3) vectors above the horizontal plane, -90 to 90."""
    return np.asarray(np.degrees(np.arctan2(dot(vectors, UP), np.hypot(vectors[:, 0], vectors[:, 2]))))


def heading_deg(vectors: FloatArray) -> FloatArray:
    """Return the direction of (T, 3) vectors in the horizontal plane, counter-clockwise seen from above.

    0 points to the picture's right, 90 away from the camera. A person who turns to their own left raises it.
    """
    return np.asarray(np.degrees(np.arctan2(vectors[:, 2], vectors[:, 0])))


def wrap_deg(angle_deg: FloatArray) -> FloatArray:
    """Bring angles into -180 (excluded) to 180."""
    wrapped: FloatArray = 180.0 - np.mod(180.0 - angle_deg, 360.0)
    return wrapped


def joint_angle_deg(proximal: FloatArray, joint: FloatArray, distal: FloatArray) -> FloatArray:
    """Return the inner angle at a joint, 0 to 180, 180 when straight."""
    a, b = proximal - joint, distal - joint
    return np.asarray(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), dot(a, b))))


def flexion_angle_deg(axis: FloatArray, limb: FloatArray, ventral: FloatArray) -> FloatArray:
    """Return the angle from the trunk's axis to a limb, measured through the belly side, 0 to 360.

    Args:
        axis: (T, 3) from the hip to the shoulder.
        limb: (T, 3) from the hip to the knee.
        ventral: (T, 3) unit vectors across the axis, out of the belly.

    180 is a straight line, less is flexion, more is arching back.
    """
    angle = np.degrees(np.arctan2(dot(limb, ventral), dot(limb, unit(axis))))
    return np.mod(angle, 360.0)


def height_above_line(point: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """Return the distance (T,) of picture points (T, 2) above the line start→end, negative below it."""
    along = unit(end - start)
    offset = point - start
    distance = along[:, 0] * offset[:, 1] - along[:, 1] * offset[:, 0]
    # the normal (−y, x) points down when the line runs to the right
    return np.where(along[:, 0] > 0, -distance, distance)


def rotate(image: FloatArray, angle_deg: FloatArray) -> FloatArray:
    """Turn (T, N, 2) picture positions about the origin by (T,) degrees, clockwise on the screen."""
    cos, sin = np.cos(np.radians(angle_deg))[:, None], np.sin(np.radians(angle_deg))[:, None]
    x, y = image[..., 0], image[..., 1]
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)


def weak_perspective_scale(image: FloatArray, world: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fit picture ≈ scale · world + shift, frame by frame.

    Args:
        image: (T, N, 2) pixels.
        world: (T, N, 3) metres; its z is not used.

    Returns:
        The scale (T,) in pixels a metre and the root mean square misfit (T,) in metres.
    """
    picture = image - image.mean(axis=1, keepdims=True)
    model = world[..., :2] - world[..., :2].mean(axis=1, keepdims=True)
    power = (model**2).sum(axis=(1, 2))
    scale = (picture * model).sum(axis=(1, 2)) / np.where(power > 0, power, np.nan)
    scale = np.where(scale > 0, scale, np.nan)
    misfit = np.sqrt(((picture / scale[:, None, None] - model) ** 2).sum(axis=2).mean(axis=1))
    return scale, misfit
