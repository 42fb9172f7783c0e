"""What the disc L4–L5 carried in a recording, as an analysis tells it: mechanics computes it, pipeline adds it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from openlumbar.kinematics.signals import FloatArray


class Ranged(NamedTuple):
    """A value and its 90 % interval, in the unit that the name of the field tells."""

    value: float
    low: float
    high: float


LOAD_NAMES = ("l4l5_compression_n", "l4l5_idp_mpa", "relative_to_standing", "standing_minutes")
"""What is told with an interval of a span of time, in the order of tables."""


@dataclass(frozen=True, slots=True)
class Loads:
    """The load on the disc over a span of time: its peak, and load × time.

    Attributes:
        peak_s: when the load was highest, seconds from the first frame.
        l4l5_compression_n: compression of L4–L5 then, N.
        l4l5_idp_mpa: pressure inside that disc then, MPa.
        relative_to_standing: that compression as a multiple of the person's own in quiet standing.
        standing_minutes: load × time, as the minutes of quiet standing that come to the same.
    """

    peak_s: float
    l4l5_compression_n: Ranged
    l4l5_idp_mpa: Ranged
    relative_to_standing: Ranged
    standing_minutes: Ranged

    def to_json(self) -> dict[str, Any]:
        """Return the `loads` object of the contract."""
        return {
            "l4l5_compression_n": _peak_json(self.l4l5_compression_n, 0),
            "l4l5_idp_mpa": _peak_json(self.l4l5_idp_mpa, 3),
            "relative_to_standing": _peak_json(self.relative_to_standing, 2),
            "dose": {
                "standing_minutes": round(self.standing_minutes.value, 3),
                "interval90": _interval_json(self.standing_minutes, 3),
            },
        }


@dataclass(frozen=True, eq=False, slots=True)
class LoadCourse:
    """The load along a recording, each (T,) beside the times of its signals; NaN where it is not known.

    Attributes:
        relative_low: lower end of the 90 % interval of `relative_to_standing`.
        relative_high: its upper end.
    """

    time_s: FloatArray
    l4l5_compression_n: FloatArray
    l4l5_idp_mpa: FloatArray
    relative_to_standing: FloatArray
    relative_low: FloatArray
    relative_high: FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class SessionLoads:
    """The loads of a recording and of each of its repetitions; None for one that the load is not known of."""

    whole: Loads
    repetitions: tuple[Loads | None, ...]
    course: LoadCourse

    def to_json(self) -> dict[str, Any]:
        """Return the loads of the whole, and those of each repetition in a list beside them."""
        repetitions = [loads.to_json() if loads else None for loads in self.repetitions]
        return self.whole.to_json() | {"repetitions": repetitions}


def _peak_json(peak: Ranged, digits: int) -> dict[str, Any]:
    return {"peak": _rounded(peak.value, digits), "interval90": _interval_json(peak, digits)}


def _interval_json(ranged: Ranged, digits: int) -> list[float]:
    return [_rounded(ranged.low, digits), _rounded(ranged.high, digits)]


def _rounded(value: float, digits: int) -> float:
    return round(value, digits) if digits else round(value)
