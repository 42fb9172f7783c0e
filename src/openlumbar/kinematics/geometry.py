"""Vectors of one frame, and the angles and lengths between them.

A vector is (x, y, z) in camera axes: x right, y down, z away. Positions are (N, D) arrays, one row a joint, with
D 2 in the picture and 3 in space. Angles are in degrees.
"""

import math

from openlumbar._compiled import compiled
from openlumbar.kinematics.joints import LEFT_HIP, LEFT_SHOULDER, RIGHT_HIP, RIGHT_SHOULDER
from openlumbar.kinematics.signals import FloatArray

Vector = tuple[float, float, float]

UP: Vector = (0.0, -1.0, 0.0)
"""The vertical in camera axes, once the roll is taken out (y points down)."""


@compiled
def midpoint(positions: FloatArray, left: int, right: int) -> Vector:
    """Return the middle of two joints in space."""
    return (
        (positions[left, 0] + positions[right, 0]) / 2,
        (positions[left, 1] + positions[right, 1]) / 2,
        (positions[left, 2] + positions[right, 2]) / 2,
    )


@compiled
def between(positions: FloatArray, start: int, end: int) -> Vector:
    """Return the vector from one joint to another."""
    return (
        positions[end, 0] - positions[start, 0],
        positions[end, 1] - positions[start, 1],
        positions[end, 2] - positions[start, 2],
    )


@compiled
def distance(positions: FloatArray, a: int, b: int) -> float:
    """Return the distance of two joints, in the picture or in space."""
    square = 0.0
    for axis in range(positions.shape[1]):
        square += (positions[a, axis] - positions[b, axis]) ** 2
    return math.sqrt(square)


@compiled
def trunk_length(positions: FloatArray) -> float:
    """Return the distance of mid-hip and mid-shoulder, in the picture or in space."""
    square = 0.0
    for axis in range(positions.shape[1]):
        shoulder = (positions[LEFT_SHOULDER, axis] + positions[RIGHT_SHOULDER, axis]) / 2
        hip = (positions[LEFT_HIP, axis] + positions[RIGHT_HIP, axis]) / 2
        square += (shoulder - hip) ** 2
    return math.sqrt(square)


@compiled
def plus(a: Vector, b: Vector) -> Vector:
    """Add two vectors."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


@compiled
def minus(a: Vector, b: Vector) -> Vector:
    """Subtract a vector."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


@compiled
def times(a: Vector, factor: float) -> Vector:
    """Stretch a vector."""
    return a[0] * factor, a[1] * factor, a[2] * factor


@compiled
def dot(a: Vector, b: Vector) -> float:
    """Multiply two vectors."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@compiled
def cross(a: Vector, b: Vector) -> Vector:
    """Return the vector across both."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@compiled
def length(a: Vector) -> float:
    """Return the length of a vector."""
    return math.sqrt(dot(a, a))


@compiled
def unit(a: Vector) -> Vector:
    """Scale a vector to length 1; NaN where the length is 0."""
    size = length(a)
    return times(a, 1 / size if size > 0 else math.nan)


@compiled
def across(a: Vector, axis: Vector) -> Vector:
    """Remove from a vector its part along the unit vector `axis`."""
    return minus(a, times(axis, dot(a, axis)))


@compiled
def clipped(value: float, low: float, high: float) -> float:
    """Bring a number into low to high; NaN stays NaN."""
    if value < low:
        return low
    return high if value > high else value


@compiled
def larger(a: float, b: float) -> float:
    """Return the larger of two numbers, NaN when one is."""
    return a + b if math.isnan(a + b) else max(a, b)


@compiled
def elevation_deg(a: Vector) -> float:
    """Return the angle of a vector above the horizontal plane, -90 to 90."""
    return math.degrees(math.atan2(dot(a, UP), math.hypot(a[0], a[2])))


@compiled
def heading_deg(a: Vector) -> float:
    """Return the direction of a vector in the horizontal plane, counter-clockwise seen from above.

    0 points to the picture's right, 90 away from the camera. A person who turns to their own left raises it.
    """
    return math.degrees(math.atan2(a[2], a[0]))


@compiled
def wrap_deg(angle_deg: float) -> float:
    """Bring an angle into -180 (excluded) to 180."""
    return 180.0 - (180.0 - angle_deg) % 360.0


@compiled
def joint_angle_deg(positions: FloatArray, proximal: int, joint: int, distal: int) -> float:
    """Return the inner angle at a joint, 0 to 180, 180 when straight."""
    a, b = between(positions, joint, proximal), between(positions, joint, distal)
    return math.degrees(math.atan2(length(cross(a, b)), dot(a, b)))


@compiled
def flexion_angle_deg(axis: Vector, limb: Vector, ventral: Vector) -> float:
    """Return the angle from the trunk's axis to a limb, measured through the belly side, 0 to 360.

    Args:
        axis: from the hip to the shoulder.
        limb: from the hip to the knee.
        ventral: unit vector across the axis, out of the belly.

    180 is a straight line, less is flexion, more is arching back.
    """
    return math.degrees(math.atan2(dot(limb, ventral), dot(limb, unit(axis)))) % 360.0


@compiled
def height_above_line(point: Vector, start: Vector, end: Vector) -> float:
    """Return the distance of a point above the line start→end in the picture, negative below it."""
    x, y = end[0] - start[0], end[1] - start[1]
    size = math.hypot(x, y)
    if not size > 0:
        return math.nan
    away = (x * (point[1] - start[1]) - y * (point[0] - start[0])) / size
    return -away if x > 0 else away  # the normal (−y, x) points down when the line runs to the right


@compiled
def rotate(positions: FloatArray, angle_deg: float) -> None:
    """Turn positions in the picture plane, in place, about the origin, clockwise on the screen."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    for joint in range(len(positions)):
        x, y = positions[joint, 0], positions[joint, 1]
        positions[joint, 0], positions[joint, 1] = cos * x - sin * y, sin * x + cos * y


@compiled
def weak_perspective_scale(image: FloatArray, world: FloatArray) -> tuple[float, float]:
    """Fit picture ≈ scale · world + shift.

    Args:
        image: (N, 2) pixels.
        world: (N, 3) metres; its z is not used.

    Returns:
        The scale in pixels a metre and the root mean square misfit in metres; both NaN when nothing fits.
    """
    count = len(image)
    picture_x, picture_y = _mean(image, 0), _mean(image, 1)
    model_x, model_y = _mean(world, 0), _mean(world, 1)
    power, product, misfit = 0.0, 0.0, 0.0
    for joint in range(count):
        x, y = world[joint, 0] - model_x, world[joint, 1] - model_y
        power += x**2 + y**2
        product += (image[joint, 0] - picture_x) * x + (image[joint, 1] - picture_y) * y
    scale = product / power
    if not scale > 0:
        return math.nan, math.nan
    for joint in range(count):
        misfit += ((image[joint, 0] - picture_x) / scale - world[joint, 0] + model_x) ** 2
        misfit += ((image[joint, 1] - picture_y) / scale - world[joint, 1] + model_y) ** 2
    return scale, math.sqrt(misfit / count)


@compiled
def _mean(positions: FloatArray, axis: int) -> float:
    total = 0.0
    for joint in range(len(positions)):
        total += positions[joint, axis]
    return total / len(positions)
