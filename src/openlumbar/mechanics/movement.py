"""STUB: loads along a movement that a camera saw."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from openlumbar.kinematics.signals import FloatArray, Sample, Signals
from openlumbar.mechanics.estimates import Estimate
from openlumbar.mechanics.loads import standing_loads
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

    `low` and `high` are the 90 % interval as factors of the value: the same for compression and relative load.
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
    """Follow what the disc carries while a person moves."""

    def __init__(self, slug: str, physique: Physique) -> None:
        """Prepare for one exercise and one person; unknown parts of the physique widen the intervals."""
        self._slug = slug
        standing = standing_loads(physique)
        self._standing_n = standing.l4l5_compression_n.value

    def step(self, sample: Sample) -> FrameLoads | None:
        """Return the load at a moment, None when the posture is not known then."""
        values = sample.values
        if self._slug == "bridge":
            relative = 0.2 + 0.15 * max(0.0, values["hip_rise_cm"])
        elif self._slug == "sit-up":
            relative = 0.2 + 0.12 * max(0.0, values["trunk_angle_deg"])
        else:
            relative = 1.0 + 0.02 * abs(values["trunk_yaw_deg"])
        if math.isnan(relative):
            return None
        compression_n = relative * self._standing_n
        return FrameLoads(sample.time_s, compression_n, 0.06 + compression_n * 0.44 / 600, relative)

    def interval(self, relative: float) -> Estimate:
        """Return the 90 % interval of a relative load."""
        return Estimate(relative, 0.75 * relative, 1.3 * relative)


def movement_loads(signals: Signals, slug: str, physique: Physique) -> LoadSeries:
    """Return the loads along a recording; the same as a `LoadMeter` gives moment by moment."""
    meter = LoadMeter(slug, physique)
    found = [meter.step(sample) for sample in signals.samples()]
    nothing = FrameLoads(math.nan, math.nan, math.nan, math.nan)
    table = np.array([item or nothing for item in found]).reshape(-1, 4)
    factor = np.ones(len(table))
    return LoadSeries(signals.time_s, table[:, 1], table[:, 2], table[:, 3], 0.75 * factor, 1.3 * factor,
                      0.75 * factor, 1.3 * factor)
