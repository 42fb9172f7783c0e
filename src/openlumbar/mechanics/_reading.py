"""From the signals of a moment to the posture of the load model, for each exercise.

A camera sees joints, not the spine, and its angles have an offset: each is taken against the person's own rest.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from openlumbar.kinematics.running import RunningQuantile
from openlumbar.mechanics.postures import LUMBAR_SHARE, lumbar_of_lean, lumbar_of_lift

Record = Any
"""One record of `POSTURE`."""

REST_VALUES, REST_SHARE = 300, 0.1
"""Rest of a lying exercise is the lowest tenth of the last 300 moments (10 s at 30 a second; product)."""

NEUTRAL_VALUES = 60
"""Quiet standing before a twist is the median of the first 60 moments (2 s; biomechanics design, "From landmarks")."""

SEEN_LEAN_SHARE = 1 - 0.35 * LUMBAR_SHARE
"""Lean of the line hips–shoulders as a share of the thorax's: T = seen / (1 - 0.35 λ) (biomechanics design)."""

SEEN_TWIST_SHARE = 0.8
"""Of the turn of the shoulders against the hips the spine does about so much (biomechanics design)."""


class Reader(Protocol):
    """Fills in the posture of a moment; False when the signals do not tell it."""

    def read(self, values: Mapping[str, float], record: Record) -> bool:
        """Take in the signals of the next moment."""


class _LyingReader:
    """A height or angle above its own rest."""

    def __init__(self, signal: str, fill: Callable[[Record, float], None]) -> None:
        self._signal, self._fill = signal, fill
        self._rest = RunningQuantile(REST_VALUES, REST_SHARE)

    def read(self, values: Mapping[str, float], record: Record) -> bool:
        value = values[self._signal]
        if math.isnan(value):
            return False
        self._fill(record, value - self._rest.push(value))
        return True


class _StandingReader:
    """Lean, bend and turn of an upright person against the first two seconds."""

    def __init__(self) -> None:
        self._neutral = {name: _Neutral() for name in ("lean", "bend", "turn")}

    def read(self, values: Mapping[str, float], record: Record) -> bool:
        lean = 90.0 - values["trunk_angle_deg"]
        if values["ventral_elevation_deg"] > 0:
            lean = -lean
        lean = self._neutral["lean"].less(lean) / SEEN_LEAN_SHARE
        bend = self._neutral["bend"].less(values["side_bend_deg"])
        turn = self._neutral["turn"].less(values["trunk_yaw_deg"]) * SEEN_TWIST_SHARE
        if math.isnan(lean + bend + turn):
            return False
        record["trunk_deg"], record["lumbar_deg"] = lean, lumbar_of_lean(lean)
        record["bend_deg"], record["twist_deg"] = bend, turn
        return True


class _Neutral:
    def __init__(self) -> None:
        self._median, self._seen = RunningQuantile(NEUTRAL_VALUES), 0

    def less(self, value: float) -> float:
        if self._seen < NEUTRAL_VALUES and not math.isnan(value):
            self._seen += 1
            self._median.push(value)
        return value - self._median.value


def _fill_sit_up(record: Record, lift_deg: float) -> None:
    record["trunk_deg"], record["lumbar_deg"] = lift_deg, lumbar_of_lift(lift_deg)


def _fill_bridge(record: Record, rise_cm: float) -> None:
    record["rise_m"] = rise_cm / 100


def reader_for(slug: str) -> Reader:
    """Return a reader that has seen nothing yet."""
    if slug == "sit-up":
        return _LyingReader("trunk_angle_deg", _fill_sit_up)
    if slug == "bridge":
        return _LyingReader("hip_rise_cm", _fill_bridge)
    return _StandingReader()
