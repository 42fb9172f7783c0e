"""From what is above a disc to what the disc carries: passive tissue, abdominal pressure, muscles, pressure."""

import math

import numpy as np

from openlumbar._compiled import compiled, kept
from openlumbar.kinematics.geometry import Vector, clipped, cross, length, plus
from openlumbar.kinematics.signals import FloatArray
from openlumbar.mechanics._free import free_body
from openlumbar.mechanics._sharing import share_moment
from openlumbar.mechanics._statics import BACKREST, BRIDGE, FREE, GRAVITY, LYING, SIDE, SIT_UP, within
from openlumbar.mechanics._supported import BEGUN_DEG, FREE_RISE_M, bridge, sit_up, smooth_step
from openlumbar.mechanics.physique import MUSCLES, PSOAS, Record, RecordArray

MOST_BENT = 1.3
"""The passive moment grows no more beyond this share of full flexion: nobody bends further."""

POSTURE = np.dtype(
    [
        ("support", np.int64),
        ("trunk_deg", np.float64),
        ("lumbar_deg", np.float64),
        ("bend_deg", np.float64),
        ("twist_deg", np.float64),
        ("hand_kg", np.float64),
        ("hand_left_m", np.float64),
        ("load_left_m", np.float64),
        ("reach_m", np.float64),
        ("gravity", np.float64),
        ("rise_m", np.float64),
        ("tone", np.float64),
        ("moment_nm", np.float64),
        ("unsure", np.float64),
    ],
    align=True,
)
"""A posture as a record. `gravity` multiplies weights (dynamics of walking), `tone` the muscles' resting share,
`moment_nm` is asked of the trunk besides, forward positive, and `unsure` says how much of the pose's error applies."""

LOADS = np.dtype(
    [
        ("compression_n", np.float64, (2,)),
        ("shear_n", np.float64, (2,)),
        ("pressure_mpa", np.float64),
        ("gravity_moment_nm", np.float64, (2, 3)),
        ("missing_nm", np.float64),
    ],
    align=True,
)
"""What the discs L4–L5 and L5–S1 carry; moments in the axes of the vertebra above (ahead, left, up)."""


@kept
def fill_loads(postures: RecordArray, bodies: RecordArray, loads: RecordArray) -> None:
    """Fill (T, N) records of `LOADS` for (T,) records of `POSTURE` and (N,) of `BODY`."""
    muscles = (np.empty((MUSCLES, 3)), np.empty(MUSCLES), np.empty(MUSCLES), np.empty(MUSCLES))
    for moment in range(len(postures)):
        for person in range(len(bodies)):
            _fill_one(postures[moment], bodies[person], loads[moment, person], muscles)


Muscles = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
"""Moment arms (M, 3), least forces, room above them and forces (M,): filled anew for each disc."""


@compiled
def _fill_one(posture: Record, body: Record, loads: Record, muscles: Muscles) -> None:
    loads.missing_nm = 0.0
    for disc in range(2):
        force, moment = _asked(posture, body, disc)
        for axis in range(3):
            loads.gravity_moment_nm[disc, axis] = moment[axis]
        _carry(posture, body, disc, force, moment, loads, muscles)
    loads.pressure_mpa = body.unloaded_pressure + 1e-6 * body.pressure_factor * loads.compression_n[0] / body.disc_m2


@compiled
def _asked(posture: Record, body: Record, disc: int) -> tuple[Vector, Vector]:
    """Return force (N) and moment (N·m) of weights and supports on a disc, in the axes of its vertebra."""
    nothing = (0.0, 0.0, 0.0)
    support = posture.support
    disc_m = body.l4l5_m if disc == 0 else body.l5s1_m
    if support == LYING:
        return nothing, nothing
    if support == SIDE:  # a beam under its own weight, held at the shoulder and the hip
        return nothing, (GRAVITY * posture.gravity * body.middle_trunk_kg * body.shoulder_m / 8, 0.0, 0.0)
    if support == SIT_UP:
        along, moment, _ = sit_up(_elevation_deg(posture, body), body, disc_m)
        return (0.0, 0.0, -along), (0.0, moment, 0.0)
    if support == BRIDGE:
        along, moment = bridge(posture.rise_m + posture.unsure * body.rise_error, body, disc_m)
        return (0.0, 0.0, -along), (0.0, moment, 0.0)
    force, moment_of_all, vertebra = free_body(posture, body, disc)
    if support == BACKREST:
        back = math.radians(-posture.trunk_deg)
        along = -force[2] * max(math.cos(back) - body.backrest_friction * math.sin(back), 0.0)
        return (0.0, 0.0, -along), nothing
    return within(force, vertebra), within(moment_of_all, vertebra)


@compiled
def _elevation_deg(posture: Record, body: Record) -> float:
    return float(posture.trunk_deg + posture.unsure * body.elevation_error)


@compiled
def _carry(
    posture: Record, body: Record, disc: int, force: Vector, moment: Vector, loads: Record, muscles: Muscles
) -> None:
    """Let passive tissue, abdominal pressure and muscles carry the moment, and add up what the disc bears."""
    bent = (posture.lumbar_deg + posture.unsure * body.lumbar_error) / body.full_flexion
    asked = length(plus(moment, (0.0, posture.moment_nm, 0.0)))
    stretch = body.passive_moment * (math.exp(body.passive_growth * clipped(bent, 0.0, MOST_BENT)) - 1.0)
    belly_n = 0.0
    if posture.support == FREE or posture.support == SIT_UP or posture.support == BRIDGE:
        belly_kpa = min(body.abdominal_rest_kpa + body.abdominal_growth * asked, body.abdominal_most_kpa)
        belly_n = 1e3 * belly_kpa * body.abdominal_area
    bending, straightened = moment[1] + posture.moment_nm, belly_n * body.abdominal_lever
    # the belly's pressure and the stretched back straighten the spine: a help against gravity, a load in a sit-up
    if bending > 0:
        bending = max(bending - straightened, 0.0)
        stretch = min(stretch, bending)
    elif posture.support == SIT_UP:
        stretch *= _effort(posture, body)
        bending -= straightened
    else:
        stretch = 0.0
    bending -= stretch
    side = moment[0] - math.copysign(min(body.bend_stiffness * abs(posture.bend_deg), abs(moment[0])), moment[0])
    turning = moment[2] - body.twist_stiffness * (posture.twist_deg + posture.unsure * body.twist_error)
    _set_muscles(posture, body, disc, asked, clipped(bent, 0.0, 1.0), muscles)
    arms, floor, room, forces = muscles
    missing = share_moment((-side, -bending, -turning), arms, floor, room, body.area_cm2[disc], forces)
    loads.missing_nm = max(loads.missing_nm, missing)
    ahead, up = force[0], force[2] - stretch * (1.0 - body.passive_disc_share) / body.passive_lever
    braced = _bracing(posture, body)
    for muscle in range(MUSCLES):
        ahead += braced * forces[muscle] * body.pull[muscle, 0]
        up += braced * forces[muscle] * body.pull[muscle, 2]
    tilt = math.radians(body.l4l5_tilt if disc == 0 else body.l5s1_tilt)
    loads.compression_n[disc] = max(-ahead * math.sin(tilt) - up * math.cos(tilt) - belly_n, 0.0)
    loads.shear_n[disc] = ahead * math.cos(tilt) - up * math.sin(tilt)


@compiled
def _effort(posture: Record, body: Record) -> float:
    """Return 0 for a lying person who rests, 1 once the exercise has begun, and for everybody upright."""
    if posture.support == SIT_UP:
        return smooth_step(_elevation_deg(posture, body), 0.0, BEGUN_DEG)
    if posture.support == BRIDGE:
        return smooth_step(posture.rise_m + posture.unsure * body.rise_error, 0.0, FREE_RISE_M)
    return 1.0


@compiled
def _bracing(posture: Record, body: Record) -> float:
    if posture.support == SIT_UP:
        return float(1.0 + body.bracing_curl)
    return float(1.0 + body.bracing_bridge) if posture.support == BRIDGE else 1.0


@compiled
def _set_muscles(posture: Record, body: Record, disc: int, asked: float, bent: float, muscles: Muscles) -> None:
    """Set moment arms and limits: what each muscle holds in any case, and what it can hold."""
    arms, floor, room, _ = muscles
    is_lying = posture.support == LYING or posture.support == SIDE
    effort = 0.0 if is_lying else _effort(posture, body)
    tone = posture.tone * (body.tone_lying + (body.tone - body.tone_lying) * effort) + body.antagonist * asked / 100
    nearer = 1.0 - body.lever_flattening * bent
    psoas = 0.0
    if posture.support == SIT_UP:
        psoas = sit_up(_elevation_deg(posture, body), body, body.l4l5_m)[2] / 2
    for muscle in range(MUSCLES):
        x = body.ahead_m[disc, muscle] * (nearer if body.is_extensor[muscle] > 0 else 1.0)
        pull = (body.pull[muscle, 0], body.pull[muscle, 1], body.pull[muscle, 2])
        arm = cross((x, body.left_m[muscle], 0.0), pull)
        strength = body.strength * body.area_cm2[disc, muscle]
        least = max(tone * strength, psoas) if muscle % (MUSCLES // 2) == PSOAS else tone * strength
        floor[muscle] = min(least, strength)
        room[muscle] = strength - floor[muscle]
        for axis in range(3):
            arms[muscle, axis] = arm[axis]
