"""How the trunk muscles share a moment: the least squared force per area, within what each muscle can hold.

min Σ (F − lo)² / area, with Σ r × F d = M and lo ≤ F ≤ strength · area. Its optimum is F = lo + clip(area · aᵀλ),
a = r × d, so three numbers λ are found by Newton's method with the step halved where it does not help.
"""

from openlumbar._compiled import compiled
from openlumbar.kinematics.geometry import Vector, dot, length, minus, plus, times
from openlumbar.kinematics.signals import FloatArray
from openlumbar.mechanics.physique import MUSCLES

MOST_STEPS = 40
ENOUGH_NM = 1e-6
"""The moment is met when it is met so closely."""

HELPFUL, SMALLEST_STEP = 1e-4, 1e-3
"""A step must lower what is missing by this share of its size, and is halved down to the smallest."""

TINY = 1e-15
"""Keeps a system without any muscle solvable."""

DAMPING = 1e-9
"""Keeps the 3 × 3 system solvable when every muscle that could help is at its limit (of its trace)."""


@compiled
def share_moment(
    wanted: Vector, arms: FloatArray, floor: FloatArray, room: FloatArray, areas: FloatArray, force: FloatArray
) -> float:
    """Fill `force` (M,) in N and return what is left of the moment, N·m (0 when the muscles can hold it).

    Args:
        wanted: moment about the axes ahead, left, up, N·m.
        arms: (M, 3) moment of 1 N of each muscle about those axes, m.
        floor: (M,) least force, N.
        room: (M,) most force above the least, N.
        areas: (M,) cross-sections, cm².
        force: (M,) filled.
    """
    at = (0.0, 0.0, 0.0)
    missing = _missing(wanted, arms, floor, room, areas, at, force)
    for _ in range(MOST_STEPS):
        if length(missing) < ENOUGH_NM:
            break
        step, size = _step(arms, room, areas, at, missing), 1.0
        tried = plus(at, step)
        found = _missing(wanted, arms, floor, room, areas, tried, force)
        while length(found) >= length(missing) * (1 - HELPFUL * size) and size > SMALLEST_STEP:
            size /= 2
            tried = plus(at, times(step, size))
            found = _missing(wanted, arms, floor, room, areas, tried, force)
        if length(found) >= length(missing):
            break
        at, missing = tried, found
    return length(_missing(wanted, arms, floor, room, areas, at, force))


@compiled
def _missing(
    wanted: Vector,
    arms: FloatArray,
    floor: FloatArray,
    room: FloatArray,
    areas: FloatArray,
    at: Vector,
    force: FloatArray,
) -> Vector:
    """Fill in the forces for the numbers λ in `at`; return the moment that they leave."""
    missing = wanted
    for muscle in range(MUSCLES):
        arm = (arms[muscle, 0], arms[muscle, 1], arms[muscle, 2])
        force[muscle] = floor[muscle] + min(max(areas[muscle] * dot(arm, at), 0.0), room[muscle])
        missing = minus(missing, times(arm, force[muscle]))
    return missing


@compiled
def _step(arms: FloatArray, room: FloatArray, areas: FloatArray, at: Vector, missing: Vector) -> Vector:
    """Solve for the change of λ that would meet the moment if no muscle came to a limit on the way."""
    a, b, c, d, e, f = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for muscle in range(MUSCLES):
        arm = (arms[muscle, 0], arms[muscle, 1], arms[muscle, 2])
        pulled = areas[muscle] * dot(arm, at)
        if 0.0 < pulled < room[muscle] or (pulled == 0.0 and dot(arm, missing) > 0.0):
            p, q, r = arm
            a += areas[muscle] * p * p
            b += areas[muscle] * p * q
            c += areas[muscle] * p * r
            d += areas[muscle] * q * q
            e += areas[muscle] * q * r
            f += areas[muscle] * r * r
    ridge = DAMPING * (a + d + f) + TINY
    a, d, f = a + ridge, d + ridge, f + ridge
    first = (d * f - e * e, c * e - b * f, b * e - c * d)
    second = (first[1], a * f - c * c, b * c - a * e)
    third = (first[2], second[2], a * d - b * b)
    determinant = a * first[0] + b * first[1] + c * first[2]
    return dot(first, missing) / determinant, dot(second, missing) / determinant, dot(third, missing) / determinant
