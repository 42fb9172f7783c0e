"""What the part of the body above a disc asks of it: forces and moments of gravity, load and support.

Axes x ahead, y to the left, z up. A vector is (x, y, z); positions are from the middle of the hips, m.
"""

import math

from openlumbar._compiled import compiled
from openlumbar.kinematics.geometry import Vector, cross, dot, minus, plus, times

GRAVITY = 9.81
"""m/s²."""

FREE, LYING, SIDE, BACKREST, SIT_UP, BRIDGE = range(6)
"""How the trunk is supported."""

Axes = tuple[Vector, Vector, Vector]


@compiled
def turned(flexion: float, bend: float, twist: float) -> Axes:
    """Return the axes ahead, left and up of a part that is bent forward, then to the left, then turned left (rad)."""
    cf, sf, cb, sb, ct, st = (
        math.cos(flexion),
        math.sin(flexion),
        math.cos(bend),
        math.sin(bend),
        math.cos(twist),
        math.sin(twist),
    )
    up = (sf * cb, sb, cf * cb)
    level_ahead, level_left = (cf, 0.0, -sf), (-sf * sb, cb, -cf * sb)
    ahead = plus(times(level_ahead, ct), times(level_left, st))
    left = plus(times(level_ahead, -st), times(level_left, ct))
    return ahead, left, up


@compiled
def within(vector: Vector, axes: Axes) -> Vector:
    """Return a vector in the axes of a part."""
    return dot(vector, axes[0]), dot(vector, axes[1]), dot(vector, axes[2])


@compiled
def along(axes: Axes, ahead: float, up: float) -> Vector:
    """Return the point so far ahead and up in the axes of a part."""
    return plus(times(axes[0], ahead), times(axes[2], up))


@compiled
def bow(angle: float) -> float:
    """Return chord over arc of a curve that turns by an angle (rad)."""
    half = angle / 2
    return 1.0 if abs(half) < 1e-6 else math.sin(half) / half


@compiled
def weight_on(place: Vector, disc: Vector, weight_n: float, load: tuple[Vector, Vector]) -> tuple[Vector, Vector]:
    """Add a weight at a place to the force and the moment about a disc."""
    force = (0.0, 0.0, -weight_n)
    return plus(load[0], force), plus(load[1], cross(minus(place, disc), force))
