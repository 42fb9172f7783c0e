"""90 % intervals of what a repetition reports."""

from openlumbar.physique import Physique, stature_of

Z90 = 1.645
"""Half-width of a normal distribution's central 90 %, in standard deviations."""

PROPORTION_SD = 0.04
"""Relative spread of a person's segment lengths about the standard ones at the same stature (content/body:
the segments' own spreads, 4 to 5 %, partly average out over trunk and leg)."""

LANDMARK_SD = {"hip_rise_cm": 0.6, "trunk_angle_deg": 2.0, "trunk_yaw_deg": 3.5}
"""Error from the landmarks themselves, in the estimate's unit (benchmarks/simulated.py measures it)."""

RELATIVE_SD = {"trunk_angle_deg": 0.06, "trunk_yaw_deg": 0.15}
"""Error that grows with the estimate: camera not square to the movement; turns under-read from depth
(benchmarks/simulated.py; a seated turn against motion capture read 7 % low)."""


def interval90(name: str, value: float, physique: Physique) -> tuple[float, float]:
    """Return the interval that holds the true value of an estimate in nine of ten cases, in its unit."""
    relative = RELATIVE_SD.get(name, 0.0)
    if name == "hip_rise_cm":
        stature = stature_of(physique)
        relative = float((PROPORTION_SD**2 + (stature.sd_cm / stature.height_cm) ** 2) ** 0.5)
    half = Z90 * float(((relative * value) ** 2 + LANDMARK_SD[name] ** 2) ** 0.5)
    return value - half, value + half
