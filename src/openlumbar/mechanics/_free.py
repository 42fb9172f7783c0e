"""Standing, sitting, walking, lifting: the trunk held up by its own muscles, or partly by a backrest."""

import math

from openlumbar._compiled import compiled
from openlumbar.kinematics.geometry import Vector, minus, plus, times
from openlumbar.mechanics._statics import GRAVITY, Axes, along, bow, turned, weight_on
from openlumbar.mechanics.physique import Record

ARM_WEIGHT_AT = 0.43
"""Where an arm's weight acts between shoulder and hand, share of the way (from de Leva 1996, remembered)."""

TINY = 1e-6
"""Keeps a direction finite where the chest faces straight down."""

LEAST_FACING = 0.2
"""Hands reach where the chest faces; beyond 78 degrees of turn they stay in front of the pelvis."""


@compiled
def free_body(posture: Record, body: Record, disc: int) -> tuple[Vector, Vector, Axes]:
    """Return force (N) and moment (N·m) of all above a disc on it, in the room's axes, and the axes of its vertebra.

    The lumbar spine is an arc from the pelvis's inclination to the thorax's; above it the trunk is rigid.
    """
    flexion = math.radians(posture.lumbar_deg + posture.unsure * body.lumbar_error)
    bend = math.radians(posture.bend_deg)
    twist = math.radians(posture.twist_deg + posture.unsure * body.twist_error)
    pelvis = math.radians(posture.trunk_deg + posture.unsure * body.trunk_error) - flexion
    thorax = turned(pelvis + flexion, bend, twist)
    middle = turned(pelvis + flexion / 2, bend / 2, twist / 2)
    upright = turned(pelvis, 0.0, 0.0)
    sacrum = along(upright, 0.0, body.l5s1_m)
    lumbar_m = (body.t12_m - body.l5s1_m) * bow(flexion)
    top = plus(sacrum, along(middle, 0.0, lumbar_m))
    rise = (body.l4l5_m - body.l5s1_m) / (body.t12_m - body.l5s1_m)
    low = turned(pelvis + rise * flexion / 2, rise * bend / 2, rise * twist / 2)
    if disc == 0:
        place = plus(sacrum, along(low, 0.0, rise * lumbar_m))
    else:
        place = plus(sacrum, along(upright, -body.l5s1_behind, 0.0))
    share = body.l4l5_flexion_share if disc == 0 else body.l5s1_flexion_share
    vertebra = turned(pelvis + share * flexion, share * bend, share * twist)
    force, moment = _weights(posture, body, place, sacrum, top, thorax)
    return force, moment, vertebra


@compiled
def _weights(
    posture: Record, body: Record, disc: Vector, sacrum: Vector, top: Vector, thorax: Axes
) -> tuple[Vector, Vector]:
    load = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    ahead = body.centre_ahead
    pull = GRAVITY * posture.gravity
    for kg, at_m in (
        (body.middle_trunk_kg, body.middle_trunk_m),
        (body.upper_trunk_kg, body.upper_trunk_m),
        (body.head_kg, body.head_m),
    ):
        load = weight_on(plus(top, along(thorax, ahead, at_m - body.t12_m)), disc, kg * pull, load)
    shoulder = plus(top, along(thorax, ahead, body.shoulder_m - body.t12_m))
    hand = shoulder
    if not math.isnan(posture.reach_m):  # else the arms hang
        reach = posture.reach_m + posture.unsure * body.reach_error + sacrum[0]
        level = max(math.hypot(thorax[0][0], thorax[0][1]), TINY)
        aside = thorax[0][1] / max(thorax[0][0], LEAST_FACING * level)
        left = hand[1] + (reach - hand[0]) * aside
        hand = (reach, left if math.isnan(posture.hand_left_m) else posture.hand_left_m, hand[2])
    arm = plus(shoulder, times(minus(hand, shoulder), ARM_WEIGHT_AT))
    arms_kg = 2 * (body.upper_arm_kg + body.forearm_and_hand_kg)
    load = weight_on(arm, disc, arms_kg * pull, load)
    sideways = times(thorax[1], posture.load_left_m)
    return weight_on(plus(hand, sideways), disc, posture.hand_kg * pull, load)
