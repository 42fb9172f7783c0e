"""Loads along a movement that a camera saw, moment by moment or as a whole: the same numbers."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.signal import savgol_filter

from openlumbar.kinematics.signals import FloatArray, Sample, Signals
from openlumbar.mechanics._discs import LOADS, fill_loads
from openlumbar.mechanics._reading import reader_for
from openlumbar.mechanics._spread import spread_of
from openlumbar.mechanics.estimates import Estimate
from openlumbar.mechanics.exercises import at_start
from openlumbar.mechanics.loads import compute_loads, likely_body, standing_compression_n
from openlumbar.mechanics.physique import RecordArray
from openlumbar.physique import Physique


class FrameLoads(NamedTuple):
    """What the disc L4–L5 carries at one moment; `relative` is to the person's own quiet standing."""

    time_s: float
    compression_n: float
    pressure_mpa: float
    relative: float


@dataclass(frozen=True, eq=False)
class LoadSeries:
    """Loads of L4–L5 over T moments, each (T,), NaN where the posture was not seen.

    `low` and `high` are the ends of the 90 % interval as factors of the value: wide enough for the compression and
    for the relative load.
    """

    time_s: FloatArray
    compression_n: FloatArray
    pressure_mpa: FloatArray
    relative: FloatArray
    low: FloatArray
    high: FloatArray
    pressure_low: FloatArray
    pressure_high: FloatArray


class LoadMeter:
    """Follow what the disc carries while a person moves; quasi-static."""

    def __init__(self, slug: str, physique: Physique) -> None:
        """Prepare for one exercise and one person; unknown parts of the physique widen the intervals."""
        self._reader = reader_for(slug)
        self._spread = spread_of(slug, physique)
        self._body = likely_body(physique)
        self._standing_n = standing_compression_n(physique)
        self._posture = at_start(slug, 1)
        self._record = self._posture[0]
        self._loads = np.zeros((1, 1), LOADS)
        self._found = self._loads[0, 0]

    def step(self, sample: Sample) -> FrameLoads | None:
        """Return the load at a moment, None when the posture is not known then."""
        if not self._reader.read(sample.values, self._record):
            return None
        fill_loads(self._posture, self._body, self._loads)
        compression_n = float(self._found["compression_n"][0])
        pressure_mpa = float(self._found["pressure_mpa"])
        return FrameLoads(sample.time_s, compression_n, pressure_mpa, compression_n / self._standing_n)

    def interval(self, relative: float) -> Estimate:
        """Return a relative load with its 90 % interval."""
        low, high, _, _ = (float(factor[0]) for factor in self._spread.factors(np.array([relative])))
        return Estimate(relative, low * relative, high * relative)


def movement_loads(signals: Signals, slug: str, physique: Physique, *, accelerations: bool = False) -> LoadSeries:
    """Return the loads along a recording; the same as a `LoadMeter` gives moment by moment.

    Args:
        signals: the recording's.
        slug: the exercise.
        physique: what is known of the person.
        accelerations: add what speeding up and slowing down the trunk takes, where the frame rate supports it
            (`DYNAMIC_FPS`); else quasi-static.
    """
    reader, postures = reader_for(slug), at_start(slug, len(signals))
    seen = np.array([reader.read(sample.values, postures[at]) for at, sample in enumerate(signals.samples())], bool)
    body = likely_body(physique)
    if accelerations and slug != "bridge":
        postures["moment_nm"] = -_inertia_kg_m2(body) * _acceleration(signals.time_s, postures["trunk_deg"])
    loads = compute_loads(postures, body)[:, 0]
    compression_n = np.where(seen, loads["compression_n"][:, 0], math.nan)
    relative = compression_n / standing_compression_n(physique)
    ends = spread_of(slug, physique).factors(relative)
    pressure_mpa = np.where(seen, loads["pressure_mpa"], math.nan)
    return LoadSeries(signals.time_s, compression_n, pressure_mpa, relative, *ends)


DYNAMIC_FPS = 25.0
"""Below this rate a second derivative of a trunk angle is mostly noise (product: 0.4 s hold 11 frames)."""

DYNAMIC_WINDOW_S = 0.4
"""The angle is fitted by a cubic over this time: body movement has little above 2.5 Hz (product)."""


def _acceleration(time_s: FloatArray, angle_deg: FloatArray) -> FloatArray:
    """Return the second derivative of an angle in rad/s², (T,); 0 where the frame rate is too low."""
    still = np.zeros(len(time_s))
    if len(time_s) < 2:
        return still
    step_s = float(np.median(np.diff(time_s)))
    window = 2 * round(DYNAMIC_WINDOW_S / step_s / 2) + 1
    if step_s > 1 / DYNAMIC_FPS or len(time_s) < window:
        return still
    return np.asarray(savgol_filter(np.radians(angle_deg), window, 3, deriv=2, delta=step_s), np.float64)


def _inertia_kg_m2(body: RecordArray) -> float:
    """Return the moment of inertia about L4–L5 of what is above it, its parts taken as points."""
    person = body[0]
    arms_kg = 2 * (person["upper_arm_kg"] + person["forearm_and_hand_kg"])
    parts = [(person[f"{part}_kg"], person[f"{part}_m"]) for part in ("middle_trunk", "upper_trunk", "head")]
    parts.append((arms_kg, person["upper_trunk_m"]))
    return float(sum(kg * (at_m - person["l4l5_m"]) ** 2 for kg, at_m in parts))
