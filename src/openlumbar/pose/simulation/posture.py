"""The ways a person holds the body: lying, standing, sitting, and where the hands go."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Literal, NamedTuple

import numpy as np

from openlumbar.pose.simulation.body import Body, Posture, neck_root_of, shoulders_of
from openlumbar.pose.simulation.geometry import Array, dot, flex_forward, orthonormal, unit

Hand = Literal[
    "at_side",
    "on_floor",
    "crossed",
    "shoulder",
    "behind_head",
    "overhead",
    "forward",
    "on_hip",
    "under_back",
    "on_thigh",
]

SUPINE = np.array([[[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]])
"""Axes of a person on the back, feet towards +x: anterior up, left +y, cranial −x."""

UPRIGHT = np.eye(3)[None]
"""Axes of a person upright, facing +x."""

_SIDES = np.array([1.0, -1.0])
_SHRUG_RAD: dict[str, float] = {"overhead": 0.30, "behind_head": 0.12, "forward": 0.06}
"""Lift of the collar bone with the arm, radians: of the third of an arm's rise that happens between shoulder
blade and trunk (scapulohumeral rhythm, Inman 1944) the collar bone's share (product choice)."""


class Trunk(NamedTuple):
    """The trunk alone, before hands and feet are placed."""

    pelvis_m: Array
    pelvis: Array
    thorax: Array
    head: Array


def many(vector: tuple[float, float, float] | Array, count: int) -> Array:
    """Repeat one vector (3,) or axes (3, 3) over T moments."""
    value = np.asarray(vector, dtype=np.float64)
    return np.broadcast_to(value, (count, *value.shape)).copy()


def both(count: int, x: float, y: float, z: float) -> Array:
    """Repeat a vector for left and right, y mirrored: (T, 2, 3)."""
    return many(np.stack([np.array([x, side * y, z]) for side in _SIDES]), count)


def trunk_over(body: Body, chord_rad: Array, lumbar_rad: Array, base: Array) -> tuple[Array, Array]:
    """Turn the angle of the hip-to-shoulder line and the flexion in the lumbar spine into axes.

    Args:
        body: bone lengths.
        chord_rad: (T,) angle of the line mid-hip to mid-shoulder, flexed forward from the base axes.
        lumbar_rad: (T,) flexion of the thorax against the pelvis, positive forward.
        base: (1 or T, 3, 3) axes where the angle is zero.

    Returns:
        Pelvis axes and thorax axes (T, 3, 3).
    """
    across, along = body.thorax_m * np.sin(lumbar_rad), body.pelvis_m + body.thorax_m * np.cos(lumbar_rad)
    pelvis = base @ flex_forward(chord_rad - np.arctan2(across, along))
    return pelvis, pelvis @ flex_forward(lumbar_rad)


def chord_m(body: Body, lumbar_rad: Array) -> Array:
    """Measure the line mid-hip to mid-shoulder, which lumbar flexion shortens: (T,) metres."""
    across, along = body.thorax_m * np.sin(lumbar_rad), body.pelvis_m + body.thorax_m * np.cos(lumbar_rad)
    return np.hypot(across, along)


def wrist_targets(body: Body, trunk: Trunk, hand: Hand) -> tuple[Array, Array, Array]:
    """Say where both wrists are wanted, where the elbows point and how far the shoulders rise.

    Returns:
        Wrists (T, 2, 3) metres, elbow directions (T, 2, 3), shrug (T, 2) radians.
    """
    count = len(trunk.pelvis_m)
    shrug_rad = np.full((count, 2), _SHRUG_RAD.get(hand, 0.0))
    place, elbow = _HANDS[hand](body)
    frame, origin = _frame_of(body, trunk, hand, shrug_rad)
    wrists = origin + np.einsum("tij,skj->tski", frame, place[:, None])[:, :, 0]
    elbows = np.einsum("tij,sj->tsi", trunk.thorax, elbow)
    return wrists, elbows, shrug_rad


def _frame_of(body: Body, trunk: Trunk, hand: Hand, shrug_rad: Array) -> tuple[Array, Array]:
    """Choose the axes that carry the hand and the point from which its place is measured."""
    if hand in ("on_hip", "on_thigh", "under_back"):
        return trunk.pelvis, trunk.pelvis_m[:, None]
    if hand == "behind_head":
        neck = neck_root_of(body, trunk.pelvis_m, trunk.pelvis, trunk.thorax)
        return trunk.head, neck[:, None]
    if hand == "crossed":
        return trunk.thorax, neck_root_of(body, trunk.pelvis_m, trunk.pelvis, trunk.thorax)[:, None]
    return trunk.thorax, shoulders_of(body, trunk.pelvis_m, trunk.pelvis, trunk.thorax, shrug_rad)


def _mirrored(x: float, y: float, z: float) -> Array:
    return np.array([[x, y, z], [x, -y, z]])


def _placing(
    place: Callable[[Body], Array], elbow: tuple[float, float, float]
) -> Callable[[Body], tuple[Array, Array]]:
    return lambda body: (place(body), _mirrored(*elbow))


_HANDS: dict[str, Callable[[Body], tuple[Array, Array]]] = {
    "at_side": _placing(lambda b: _mirrored(0.06, 0.10, -0.96 * (b.upper_arm_m + b.forearm_m)), (-1.0, 0.3, 0.0)),
    "on_floor": _placing(lambda b: _mirrored(-0.04, 0.14, -0.94 * (b.upper_arm_m + b.forearm_m)), (-0.2, 1.0, 0.0)),
    "crossed": _placing(lambda b: _mirrored(0.14, -0.28 * b.shoulder_width_m, -0.07), (0.3, 1.0, -1.0)),
    "shoulder": _placing(lambda _: _mirrored(0.09, 0.02, -0.03), (0.1, 0.7, -1.0)),
    "behind_head": _placing(lambda _: _mirrored(-0.04, 0.10, 0.17), (0.1, 1.0, 0.1)),
    "overhead": _placing(lambda b: _mirrored(0.05, 0.02, 0.97 * (b.upper_arm_m + b.forearm_m)), (-0.2, 1.0, 0.0)),
    "forward": _placing(lambda b: _mirrored(0.93 * (b.upper_arm_m + b.forearm_m), 0.0, -0.05), (0.0, 0.6, -1.0)),
    "on_hip": _placing(lambda b: _mirrored(0.06, 0.5 * b.hip_width_m + 0.11, 0.08), (-0.4, 1.0, 0.1)),
    "under_back": _placing(lambda _: _mirrored(-0.06, 0.07, 0.10), (-0.2, 1.0, 0.0)),
    "on_thigh": _placing(lambda b: _mirrored(0.6 * b.thigh_m, 0.5 * b.hip_width_m, 0.10), (-0.3, 0.7, -0.6)),
}
"""Hand → the wrists' places in its frame, metres, and the elbows' directions (product choice)."""


def standing(body: Body, trunk: Trunk, ankles_m: Array, toes_out_rad: float = 0.1) -> Posture:
    """Stand on two feet with the arms hanging; the knees point where the toes do."""
    count = len(trunk.pelvis_m)
    toes = both(count, np.cos(toes_out_rad), np.sin(toes_out_rad), 0.0)
    wrists, elbows, shrug = wrist_targets(body, trunk, "at_side")
    soles = both(count, 0.0, 0.0, 1.0)
    return Posture(*trunk, shrug, wrists, elbows, ankles_m, toes.copy(), toes, soles)


def stance(body: Body, count: int, stance_m: float) -> Array:
    """Put both ankles on the floor beside each other, `stance_m` apart: (T, 2, 3) metres."""
    return both(count, 0.0, stance_m / 2.0, body.ankle_height_m)


def standing_height_m(body: Body, stance_m: float) -> float:
    """Return the mid-hip's height with knees all but straight."""
    aside_m = (stance_m - body.hip_width_m) / 2.0
    return body.ankle_height_m + float(np.sqrt((0.993 * body.leg_m) ** 2 - aside_m**2))


def supine_trunk(body: Body, count: int) -> Trunk:
    """Lay the trunk on the back, mid-hip over the room's origin, feet towards +x."""
    axes = many(SUPINE[0], count)
    return Trunk(many((0.0, 0.0, body.lying_height_m), count), axes, axes.copy(), axes.copy())


def ankle_for_knee(body: Body, hip_m: Array, knee_rad: float) -> Array:
    """Put an ankle on the floor so that the knee has an angle, straight being π: hip (3,) → ankle (3,) m."""
    distance = np.sqrt(body.thigh_m**2 + body.shank_m**2 - 2.0 * body.thigh_m * body.shank_m * np.cos(knee_rad))
    fall = body.ankle_height_m - hip_m[2]
    return np.array([hip_m[0] + np.sqrt(distance**2 - fall**2), hip_m[1], body.ankle_height_m])


def supine(body: Body, trunk: Trunk, knee_rad: float, spread_m: float = 0.0) -> Posture:
    """Lie on the back with bent knees and flat feet, or straight legs with the toes up."""
    count = len(trunk.pelvis_m)
    rest = np.array([0.0, 0.0, body.lying_height_m])
    ankle = ankle_for_knee(body, rest, knee_rad)
    ankles = both(count, ankle[0], body.hip_width_m / 2.0 + 0.02 + spread_m, ankle[2])
    wrists, elbows, shrug = wrist_targets(body, trunk, "on_floor")
    upturned = float(np.clip((np.degrees(knee_rad) - 120.0) / 50.0, 0.0, 1.0)) * 1.15
    toes = both(count, np.cos(upturned), 0.12, np.sin(upturned))
    soles = both(count, -np.sin(upturned), 0.0, np.cos(upturned))
    knees = both(count, 0.15, 0.06, 1.0)
    return Posture(*trunk, shrug, wrists, elbows, ankles, knees, unit(toes), soles)


def with_hands(body: Body, posture: Posture, left: Hand, right: Hand | None = None) -> Posture:
    """Take the hands elsewhere."""
    trunk = Trunk(posture.pelvis_m, posture.pelvis, posture.thorax, posture.head)
    places = (wrist_targets(body, trunk, left), wrist_targets(body, trunk, right or left))
    wrists, elbows, shrug = (np.stack([places[0][part][:, 0], places[1][part][:, 1]], axis=1) for part in range(3))
    return replace(posture, wrists_m=wrists, elbows=elbows, shrug_rad=shrug)


def hands_towards(body: Body, posture: Posture, place: Hand, share: Array) -> Posture:
    """Take the hands, left and right by their own share (T, 2), to a place, in an arc around the shoulders."""
    there, wide = with_hands(body, posture, place), share[:, :, None]
    way = there.wrists_m - posture.wrists_m
    outward = 0.25 * posture.thorax[:, None, :, 0] + 0.2 * _SIDES[:, None] * posture.thorax[:, None, :, 1]
    arc = 4.0 * wide * (1.0 - wide) * np.minimum(np.sqrt(dot(way, way)), 1.0)[:, :, None] * outward
    return replace(
        posture,
        wrists_m=posture.wrists_m + wide * way + arc,
        elbows=posture.elbows + wide * (there.elbows - posture.elbows),
        shrug_rad=posture.shrug_rad + share * (there.shrug_rad - posture.shrug_rad),
    )


def blend(first: Posture, second: Posture, share: Array) -> Posture:
    """Go from one posture to another: share (T,) is 0 at the first, 1 at the second."""
    mixed = {}
    for field in fields(Posture):
        a, b = getattr(first, field.name), getattr(second, field.name)
        weight = share.reshape(-1, *([1] * (a.ndim - 1)))
        mixed[field.name] = (1.0 - weight) * a + weight * b
    for name in ("pelvis", "thorax", "head"):
        mixed[name] = orthonormal(mixed[name])
    for name in ("toes", "soles"):
        mixed[name] = unit(mixed[name])
    return Posture(**mixed)
