"""Lying, sit-up and bridge: the floor carries part of the trunk. All in the plane ahead–up of the body.

The trunk lies along +s from the hips to the head; the belly faces up. Moments that bend the trunk forward (towards
the belly) are positive; what gravity does to a lifted trunk bends it backward and asks for the belly's muscles.
"""

import math

from openlumbar._compiled import compiled
from openlumbar.mechanics._statics import GRAVITY
from openlumbar.mechanics.physique import Record


@compiled
def smooth_step(value: float, low: float, high: float) -> float:
    """Return 0 below low, 1 above high, smooth between."""
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return share * share * (3 - 2 * share)


CURLED_DEG = 25.0
"""Trunk angle up to which the trunk rolls up from the head: what still lies is carried by the floor (product:
exercise table, a curl-up is 15 to 30°)."""

BEGUN_DEG = 8.0
"""Trunk angle by which the muscles have tightened; below it a lying person rests (product: head off the floor)."""

LEFT_FLOOR_DEG = 45.0
"""Trunk angle at which the lumbar spine has left the floor (product: exercise table, above 45° it is a sit-up)."""


@compiled
def sit_up(elevation_deg: float, body: Record, disc_m: float) -> tuple[float, float, float]:
    """Return force along the trunk (N), moment about the disc (backward negative, N·m) and the psoas's force (N).

    The edge of what the floor carries travels down the trunk: from the shoulders to the lowest rib (T12) while the
    trunk rolls up, then on to the disc, while the hip flexors take over. Beyond the edge the trunk is a cantilever.
    """
    angle = math.radians(max(elevation_deg, 0.0))
    rolled = smooth_step(elevation_deg, 0.0, CURLED_DEG)
    up = smooth_step(elevation_deg, CURLED_DEG, LEFT_FLOOR_DEG)
    edge = body.shoulder_m + (body.t12_m - body.shoulder_m) * rolled + (disc_m - body.t12_m) * up
    arms_kg = 2 * (body.upper_arm_kg + body.forearm_and_hand_kg)
    weight, moment, hip = 0.0, 0.0, body.lower_trunk_kg * body.lower_trunk_m
    for kg, at in (
        (body.middle_trunk_kg, body.middle_trunk_m),
        (body.upper_trunk_kg, body.upper_trunk_m),
        (body.head_kg, body.head_m),
        (arms_kg, body.upper_trunk_m),
    ):
        hip += kg * at
        moment += kg * max(at - edge, 0.0)
        weight += kg * up
    level = GRAVITY * math.cos(angle)
    psoas = body.psoas_hip_share * up * hip * level / body.psoas_hip_lever
    return GRAVITY * weight * math.sin(angle), -moment * level, psoas


FREE_RISE_M = 0.03
"""Hip rise at which the pelvis no longer rests on the floor (product: soft tissue and mattress give about 3 cm)."""

FOOT_AHEAD_M = 0.05
"""The floor pushes under the middle of the foot, so far beyond the ankle (product)."""

HIP_HEIGHT_M = 0.10
"""Height of the hip joints when lying on the back (product; half the depth of a pelvis)."""


@compiled
def bridge(rise_m: float, body: Record, disc_m: float) -> tuple[float, float]:
    """Return force along the trunk (N) and moment about the disc (forward positive, N·m).

    The body is a beam from the shoulders to the feet; head and arms rest on the floor.
    """
    lifted = smooth_step(rise_m, 0.0, FREE_RISE_M)
    slope = math.asin(min(max(rise_m / body.shoulder_m, -0.9), 0.9))
    reach = body.shoulder_m * math.cos(slope)
    knee_up = min(max(body.shank_m - HIP_HEIGHT_M - rise_m, -body.thigh_m), body.thigh_m)
    thigh = math.sqrt(max(body.thigh_m**2 - knee_up**2, 1e-4))
    foot = reach + thigh + FOOT_AHEAD_M
    moments, above = 0.0, 0.0
    from_shoulder = math.cos(slope)
    disc = (body.shoulder_m - disc_m) * from_shoulder
    for kg, at in (
        (body.upper_trunk_kg, (body.shoulder_m - body.upper_trunk_m) * from_shoulder),
        (body.middle_trunk_kg, (body.shoulder_m - body.middle_trunk_m) * from_shoulder),
        (body.lower_trunk_kg, (body.shoulder_m - body.lower_trunk_m) * from_shoulder),
        (2 * body.thigh_kg, reach + 0.43 * thigh),
        (2 * body.shank_and_foot_kg, reach + thigh),
    ):
        moments += kg * (foot - at)
        if at < disc:
            above += kg * (disc - at)
    shoulders = moments / foot
    moment = GRAVITY * lifted * (shoulders * disc - above)
    axial = -GRAVITY * lifted * math.sin(slope) * shoulders
    return axial, moment
