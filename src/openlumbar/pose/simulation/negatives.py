"""What people do before a camera that is none of the exercises: nothing of it may be counted."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from openlumbar.pose.simulation.body import Body, Posture
from openlumbar.pose.simulation.exercises import Performance
from openlumbar.pose.simulation.geometry import Array, bend_left, flex_forward, turn_left
from openlumbar.pose.simulation.posture import (
    SUPINE,
    UPRIGHT,
    Hand,
    Trunk,
    blend,
    both,
    hands_towards,
    many,
    stance,
    standing,
    standing_height_m,
    supine,
    supine_trunk,
    with_hands,
)
from openlumbar.pose.simulation.rising import getting_up
from openlumbar.pose.simulation.timing import breathing, pulse, ramp, wander

Performer = Callable[[Body, Array, np.random.Generator], Posture]


@dataclass(frozen=True)
class Negative:
    """A movement that is no exercise, by its name in `NEGATIVE_KINDS`."""

    kind: str
    duration_s: float = 40.0

    def perform(self, body: Body, time_s: Array, start_s: float, rng: np.random.Generator) -> Performance:
        """Move the body; the movement fills the whole recording."""
        del start_s
        return Performance(_PERFORMERS[self.kind](body, time_s, rng), np.zeros(0))


def _now_and_then(time_s: Array, rng: np.random.Generator, every_s: float, stay_s: float) -> Array:
    """Go to something and come back at random moments: (T,) 0 to 1."""
    share = np.zeros_like(time_s)
    moment = rng.uniform(0.5, every_s)
    while moment < time_s[-1]:
        stay = stay_s * rng.uniform(0.4, 1.6)
        share = np.maximum(share, pulse(time_s, moment, rng.uniform(0.9, 1.8), stay, rng.uniform(0.9, 1.8)))
        moment += stay + every_s * rng.uniform(0.6, 1.6)
    return share


def _over_and_over(time_s: Array, rng: np.random.Generator, period_s: float) -> Array:
    """Repeat a movement with uneven pace and size: (T,) 0 to about 1."""
    pace = 2.0 * np.pi / period_s * (time_s + wander(time_s, rng, 0.08 * period_s, 4.0 * period_s))
    size = 1.0 + wander(time_s, rng, 0.08, 3.0 * period_s)
    warm_up = ramp(time_s / 2.0, "min_jerk")
    return np.asarray(warm_up * size * (0.5 - 0.5 * np.cos(pace)))


def _busy_hands(body: Body, posture: Posture, time_s: Array, rng: np.random.Generator, *places: Hand) -> Posture:
    for place in places:
        hands = [_now_and_then(time_s, rng, 9.0, 2.0), _now_and_then(time_s, rng, 11.0, 2.5)]
        posture = hands_towards(body, posture, place, np.stack(hands, axis=1))
    return posture


def _lying(body: Body, time_s: Array, rng: np.random.Generator) -> Posture:
    """Lie with bent knees: breathe, move arms, head and hips a little, let a leg slide out and back."""
    count = len(time_s)
    trunk = supine_trunk(body, count)
    shift_m = 0.015 * _now_and_then(time_s, rng, 12.0, 1.0)
    pelvis_m = trunk.pelvis_m + np.stack([np.zeros(count), shift_m, 0.4 * shift_m], axis=1)
    pelvis_m[:, 2] += 0.001 * breathing(time_s, rng)
    head = trunk.head @ turn_left(0.7 * _now_and_then(time_s, rng, 10.0, 3.0) + wander(time_s, rng, 0.1, 5.0))
    thorax = trunk.thorax @ flex_forward(0.01 * breathing(time_s, rng))
    posture = supine(body, Trunk(pelvis_m, trunk.pelvis, thorax, head), np.radians(rng.uniform(70.0, 110.0)))
    ankles_m = posture.ankles_m.copy()
    slide = _now_and_then(time_s, rng, 12.0, 3.0)
    ankles_m[:, rng.integers(2), 0] += slide * (0.98 * body.leg_m - ankles_m[0, 0, 0])
    return _busy_hands(body, replace(posture, ankles_m=ankles_m), time_s, rng, "forward", "behind_head")


def _standing(body: Body, time_s: Array, rng: np.random.Generator) -> Posture:
    """Stand: shift the weight, look around, scratch the head, fold the arms."""
    stance_m = rng.uniform(0.7, 1.2) * body.shoulder_width_m
    height_m = standing_height_m(body, stance_m)
    sideways_m = 0.04 * (2.0 * _now_and_then(time_s, rng, 6.0, 4.0) - 1.0) + wander(time_s, rng, 0.01, 4.0)
    pelvis_m = np.stack([wander(time_s, rng, 0.01, 4.0), sideways_m, np.full_like(time_s, height_m)], axis=1)
    lean_rad = -1.2 * sideways_m + wander(time_s, rng, 0.02, 5.0)
    pelvis = UPRIGHT @ turn_left(wander(time_s, rng, 0.05, 6.0))
    thorax = pelvis @ flex_forward(0.05 + wander(time_s, rng, 0.03, 6.0)) @ bend_left(lean_rad)
    thorax = thorax @ turn_left(wander(time_s, rng, 0.05, 5.0))
    head = thorax @ turn_left(0.8 * (_now_and_then(time_s, rng, 7.0, 2.0) - _now_and_then(time_s, rng, 7.0, 2.0)))
    posture = standing(body, Trunk(pelvis_m, pelvis, thorax, head), stance(body, len(time_s), stance_m))
    return _busy_hands(body, posture, time_s, rng, "on_hip", "crossed", "behind_head")


def _gait(
    body: Body, time_s: Array, rng: np.random.Generator, heading_rad: Array, place_m: Array, stride_m: float
) -> Posture:
    """Walk with a heading (T,) along places (T, 3): the shoulders turn against the pelvis at every step."""
    phase = 2.0 * np.pi * rng.uniform(0.75, 1.0) * time_s
    beat = np.stack([np.sin(phase), -np.sin(phase)], axis=1)
    lift = np.maximum(np.stack([np.cos(phase), -np.cos(phase)], axis=1), 0.0)
    own = UPRIGHT @ turn_left(heading_rad)
    pelvis = own @ turn_left(np.radians(rng.uniform(2.0, 5.0)) * np.sin(phase))
    thorax = (
        own @ flex_forward(np.full_like(phase, 0.06)) @ turn_left(-np.radians(rng.uniform(2.0, 4.0)) * np.sin(phase))
    )
    height_m = standing_height_m(body, body.hip_width_m) - 0.03 + 0.015 * np.cos(2.0 * phase)
    pelvis_m = place_m + np.stack([np.zeros_like(phase), np.zeros_like(phase), height_m], axis=1)
    step_m = np.stack([stride_m * beat, many(np.array([0.06, -0.06]), len(phase))], axis=2)
    ankles_m = place_m[:, None] + np.einsum("tij,tsj->tsi", own[:, :, :2], step_m)
    ankles_m[:, :, 2] = body.ankle_height_m + (0.06 + 0.3 * (0.25 - stride_m)) * lift
    posture = standing(body, Trunk(pelvis_m, pelvis, thorax, own.copy()), ankles_m)
    turned = {name: np.einsum("tij,tsj->tsi", own, getattr(posture, name)) for name in ("toes", "knees", "soles")}
    wrists_m = posture.wrists_m - np.einsum("ti,ts->tsi", own[:, :, 0], (0.4 * stride_m + 0.08) * beat)
    return replace(posture, **turned, wrists_m=wrists_m)


def _walking_on_the_spot(body: Body, time_s: Array, rng: np.random.Generator) -> Posture:
    drift_m = np.stack([wander(time_s, rng, 0.05, 8.0), wander(time_s, rng, 0.05, 8.0), np.zeros_like(time_s)], axis=1)
    return _gait(body, time_s, rng, wander(time_s, rng, 0.05, 8.0), drift_m, 0.04)


def _walking_to_and_fro(body: Body, time_s: Array, rng: np.random.Generator) -> Posture:
    """Walk across the picture, turn, walk back."""
    leg_s, turn_s = rng.uniform(2.2, 3.0), rng.uniform(1.0, 1.6)
    lap_s = np.mod(time_s, 2.0 * (leg_s + turn_s))
    there = ramp(lap_s / leg_s, "cosine") - ramp((lap_s - leg_s - turn_s) / leg_s, "cosine")
    turns = ramp((lap_s - leg_s) / turn_s, "cosine") + ramp((lap_s - 2.0 * leg_s - turn_s) / turn_s, "cosine")
    place_m = np.stack([wander(time_s, rng, 0.05, 9.0), 1.6 * (there - 0.5), np.zeros_like(time_s)], axis=1)
    return _gait(body, time_s, rng, np.pi / 2.0 - np.pi * turns, place_m, 0.25)


def _sitting(body: Body, time_s: Array, rng: np.random.Generator) -> Posture:
    """Sit on a chair and fidget: rock, lean, look, cross the arms, stretch a leg."""
    count, seat_m = len(time_s), body.ankle_height_m + 0.97 * body.shank_m
    pelvis_m = many((-0.05, 0.0, seat_m), count) + np.outer(_now_and_then(time_s, rng, 15.0, 1.0), [0.03, 0.0, 0.02])
    pelvis = UPRIGHT @ flex_forward(-0.15 + wander(time_s, rng, 0.05, 7.0))
    lean_rad = 0.1 + 0.12 * _now_and_then(time_s, rng, 10.0, 3.0) + 0.01 * breathing(time_s, rng)
    thorax = pelvis @ flex_forward(lean_rad) @ bend_left(wander(time_s, rng, 0.04, 6.0))
    thorax = thorax @ turn_left(wander(time_s, rng, 0.06, 6.0))
    head = thorax @ turn_left(wander(time_s, rng, 0.35, 4.0))
    ankles_m = both(count, 0.9 * body.thigh_m, 0.10, body.ankle_height_m)
    ankles_m[:, 0, 0] += 0.2 * _now_and_then(time_s, rng, 12.0, 4.0)
    posture = standing(body, Trunk(pelvis_m, pelvis, thorax, head), ankles_m)
    posture = with_hands(body, posture, "on_thigh")
    return _busy_hands(body, posture, time_s, rng, "crossed", "behind_head", "forward")


def _squats(body: Body, time_s: Array, rng: np.random.Generator) -> Posture:
    depth = _over_and_over(time_s, rng, rng.uniform(2.5, 4.5))
    stance_m = rng.uniform(1.0, 1.4) * body.shoulder_width_m
    drop_m = rng.uniform(0.25, 0.45) * body.leg_m * depth
    height_m = standing_height_m(body, stance_m) - drop_m
    pelvis_m = np.stack([-0.55 * drop_m, wander(time_s, rng, 0.01, 4.0), height_m], axis=1)
    pelvis = UPRIGHT @ flex_forward(0.55 * depth)
    thorax = pelvis @ flex_forward(0.05 + 0.15 * depth) @ turn_left(wander(time_s, rng, 0.02, 4.0))
    head = thorax @ flex_forward(-0.4 * depth)
    posture = standing(body, Trunk(pelvis_m, pelvis, thorax, head), stance(body, len(time_s), stance_m), 0.35)
    return hands_towards(body, posture, "forward", np.stack([depth, depth], axis=1).clip(0.0, 1.0))


def _leg_raises(body: Body, time_s: Array, rng: np.random.Generator) -> Posture:
    """Lie and raise straight legs, both together or in turn; the pelvis tips back at the top."""
    count, angle_rad = len(time_s), rng.uniform(0.7, 1.3) * _over_and_over(time_s, rng, rng.uniform(3.0, 5.0))
    trunk = supine_trunk(body, count)
    lift_m = 0.02 * angle_rad
    pelvis_m = trunk.pelvis_m + np.stack([np.zeros(count), np.zeros(count), lift_m], axis=1)
    pelvis = trunk.pelvis @ flex_forward(-0.12 * angle_rad)
    posture = supine(body, Trunk(pelvis_m, pelvis, trunk.thorax, trunk.head), np.radians(172.0))
    raised = pelvis_m + 0.97 * body.leg_m * np.stack([np.cos(angle_rad), np.zeros(count), np.sin(angle_rad)], axis=1)
    ankles_m = posture.ankles_m.copy()
    legs = [0, 1] if rng.random() < 0.6 else [int(rng.integers(2))]
    ankles_m[:, legs] = raised[:, None] + np.array([0.0, 1.0, 0.0]) * ankles_m[:, legs, 1:2]
    toes, soles = posture.toes.copy(), posture.soles.copy()
    for leg in legs:
        toes[:, leg] = np.stack([-np.sin(angle_rad), np.full(count, 0.0), np.cos(angle_rad)], axis=1)
        soles[:, leg] = np.stack([-np.cos(angle_rad), np.full(count, 0.0), -np.sin(angle_rad)], axis=1)
    return replace(posture, ankles_m=ankles_m, toes=toes, soles=soles)


def _getting_up(body: Body, time_s: Array, rng: np.random.Generator) -> Posture:
    """Lie, sit up to get up, stand a while, lie down again."""
    lying = supine(body, supine_trunk(body, len(time_s)), np.radians(rng.uniform(75.0, 100.0)))
    span_s = time_s[-1]
    up_s = rng.uniform(3.5, 6.0)
    share = pulse(time_s, 0.15 * span_s, up_s, 0.4 * span_s, 1.2 * up_s)
    posture = getting_up(body, lying, share)
    head = posture.head @ turn_left(wander(time_s, rng, 0.1, 4.0))
    sway_m = np.stack([wander(time_s, rng, 0.006, 4.0) * share for _ in range(3)], axis=1)
    return replace(posture, head=head, pelvis_m=posture.pelvis_m + sway_m)


def _push_ups(body: Body, time_s: Array, rng: np.random.Generator) -> Posture:
    """Hold the body straight on hands and toes, lower it and push it up."""
    count, bend = len(time_s), _over_and_over(time_s, rng, rng.uniform(2.0, 3.5))
    toe_m = np.array([body.leg_m, 0.0, 0.10])
    reach_m = body.upper_arm_m + body.forearm_m
    length_m = body.leg_m + body.trunk_m
    high_rad = np.arcsin((0.97 * reach_m - 0.02) / length_m)
    low_rad = np.arcsin((rng.uniform(0.3, 0.5) * reach_m) / length_m)
    tilt_rad = high_rad + (low_rad - high_rad) * bend.clip(0.0, 1.1)
    sag_rad = wander(time_s, rng, 0.03, 4.0)
    prone = SUPINE @ turn_left(np.pi)
    pelvis = prone @ flex_forward(-tilt_rad + sag_rad)
    thorax = pelvis @ flex_forward(-2.0 * sag_rad)
    along = np.stack([-np.cos(tilt_rad), np.zeros(count), np.sin(tilt_rad)], axis=1)
    pelvis_m = toe_m + body.leg_m * 0.998 * along
    trunk = Trunk(pelvis_m, pelvis, thorax, thorax @ flex_forward(np.full(count, -0.25)))
    posture = standing(body, trunk, both(count, toe_m[0], 0.06, toe_m[2]))
    hand_x_m = toe_m[0] - length_m * np.cos(high_rad)
    wrists_m = both(count, hand_x_m, -0.62 * body.shoulder_width_m, 0.03)
    return replace(
        posture,
        wrists_m=wrists_m,
        elbows=both(count, 0.6, -0.6, 0.3),
        ankles_m=both(count, toe_m[0], -0.06, toe_m[2]),
        knees=many((0.2, 0.0, -1.0), count)[:, None].repeat(2, axis=1),
        toes=many((0.3, 0.0, -0.95), count)[:, None].repeat(2, axis=1),
        soles=many((-0.95, 0.0, -0.3), count)[:, None].repeat(2, axis=1),
    )


def _rolling(body: Body, time_s: Array, rng: np.random.Generator) -> Posture:
    """Lie with bent knees, roll to the side, rest there, roll back."""
    count, side = len(time_s), float(rng.choice([-1.0, 1.0]))
    share = _now_and_then(time_s, rng, 8.0, 5.0)
    back = supine(body, supine_trunk(body, count), np.radians(80.0))
    axes = SUPINE @ turn_left(np.full(count, side * 1.5))
    height_m = 0.52 * body.shoulder_width_m
    trunk = Trunk(many((0.0, side * 0.08, height_m), count), axes, axes.copy(), axes.copy())
    aside = with_hands(body, back, "forward")
    knee_way = axes[:, :, 0]
    ankles_m = many((0.25, 0.0, 0.10), count)[:, None] + 0.12 * knee_way[:, None]
    ankles_m = ankles_m + 0.4 * body.hip_width_m * np.array([[1.0], [-1.0]]) * axes[:, None, :, 1]
    aside = replace(
        with_hands(body, replace(aside, **trunk._asdict()), "forward"),
        ankles_m=ankles_m,
        knees=knee_way[:, None].repeat(2, axis=1),
        toes=both(count, 0.7, 0.0, 0.0) + 0.7 * knee_way[:, None],
    )
    return blend(back, aside, share)


_PERFORMERS: dict[str, Performer] = {
    "lying": _lying,
    "standing": _standing,
    "walking on the spot": _walking_on_the_spot,
    "walking to and fro": _walking_to_and_fro,
    "sitting": _sitting,
    "squats": _squats,
    "leg raises": _leg_raises,
    "getting up": _getting_up,
    "push-ups": _push_ups,
    "rolling": _rolling,
}
NEGATIVE_KINDS = tuple(_PERFORMERS)
"""Names of the movements that are no exercise."""
