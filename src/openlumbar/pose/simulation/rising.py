"""From the floor to the feet and back, as people come to an exercise and leave it."""

from dataclasses import replace

import numpy as np

from openlumbar.pose.simulation.body import Body, Posture
from openlumbar.pose.simulation.exercises import sit_up_posture
from openlumbar.pose.simulation.geometry import Array, flex_forward
from openlumbar.pose.simulation.posture import UPRIGHT, Trunk, blend, many, standing, standing_height_m, with_hands
from openlumbar.pose.simulation.timing import ramp


def getting_up(body: Body, lying: Posture, share: Array) -> Posture:
    """Go from lying (0) over sitting and crouching to standing on the spot of the feet (1), share (T,)."""
    count, foot_x_m = len(share), float(lying.ankles_m[0, :, 0].mean())
    sat = with_hands(body, sit_up_posture(body, np.full(count, 1.35), np.radians(80.0)), "on_floor")
    sat = replace(sat, ankles_m=lying.ankles_m, knees=lying.knees)
    crouched = _on_feet(body, lying, foot_x_m - 0.22, 0.42 * body.leg_m, 0.75)
    stood = _on_feet(body, lying, foot_x_m, standing_height_m(body, body.hip_width_m), 0.0)
    posture = blend(lying, sat, ramp(share / 0.4, "min_jerk"))
    posture = blend(posture, crouched, ramp((share - 0.4) / 0.3, "min_jerk"))
    return blend(posture, stood, ramp((share - 0.7) / 0.3, "min_jerk"))


def _on_feet(body: Body, lying: Posture, x_m: float, height_m: float, stoop_rad: float) -> Posture:
    count = len(lying.pelvis_m)
    pelvis = UPRIGHT @ flex_forward(np.full(count, stoop_rad))
    thorax = pelvis @ flex_forward(np.full(count, 0.3 * stoop_rad))
    trunk = Trunk(many((x_m, 0.0, height_m), count), pelvis, thorax, thorax.copy())
    return standing(body, trunk, lying.ankles_m)
