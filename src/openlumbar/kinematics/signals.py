"""The signals of a recording: named columns over time, each with its unit in its name and a validity."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

SIGNAL_NAMES: Mapping[str, str] = {
    "trunk_angle_deg": "elevation of the line mid-hip→mid-shoulder above the floor: 0 lying, 90 upright",
    "hip_angle_deg": "shoulder–hip–knee on the belly side: 180 in line, more when arched back",
    "knee_angle_deg": "hip–knee–ankle: 180 straight",
    "hip_rise_cm": "height of the mid-hip above the line shoulder–ankle",
    "trunk_yaw_deg": "shoulder line against pelvis line about the vertical, positive to the person's left",
    "shoulder_yaw_deg": "shoulder line against the camera about the vertical, positive to the person's left",
    "shoulder_turn_deg": "shoulder_yaw_deg by depth alone: under-reads, yet steady near zero, so it finds swings",
    "pelvis_yaw_deg": "pelvis line against the camera about the vertical, positive to the person's left",
    "side_bend_deg": "lean of the trunk in the person's frontal plane, positive to the person's left",
    "stance_ratio": "distance of the ankles as a multiple of the shoulder width",
    "raised_wrist_above_head_cm": "height of the raised wrist above the nose; invalid when no hand is raised",
    "upper_wrist_above_head_cm": "height of the higher wrist above the nose",
    "left_hand_height_ratio": "height of the left wrist above the mid-shoulder in trunk lengths; invalid when unseen",
    "right_hand_height_ratio": "height of the right wrist above the mid-shoulder in trunk lengths; invalid when unseen",
    "raised_hand": "the hand held up: +1 left, -1 right, 2 both, 0 none",
    "ventral_elevation_deg": "where the belly points: 90 up (supine), 0 level, -90 down (prone)",
    "view_angle_deg": "angle of the camera off the person's frontal direction: 90 side view, 0 front or back",
    "hip_height_ratio": "height of the hips above the ankles, in trunk lengths",
    "shoulder_height_ratio": "height of the shoulders above the ankles, in trunk lengths",
    "knee_height_ratio": "height of the knees above the line hip–ankle, in trunk lengths",
    "ankle_speed_ratio": "speed of the faster ankle in trunk lengths a second",
    "legs_in_frame": "1 when hips, knees and ankles lie inside the picture, else 0",
    "visibility": "mean confidence in shoulders, hips, knees and ankles, each on its better side, 0–1",
    "plausibility": "how well the picture fits a body of constant size, 0–1",
    "camera_roll_deg": "tilt of the floor (lying) or the plumb line (standing) in the picture, clockwise; taken out",
    "cm_per_px": "size of a pixel at the body, from the segment lengths",
}
"""Every signal and what it means; the unit is the last part of the name."""

ROW = np.dtype([*((name, np.float64) for name in SIGNAL_NAMES), ("time_s", np.float64)], align=True)
"""All signals at one moment as a record, and its time."""

RowArray: TypeAlias = npt.NDArray[np.void]
NOTHING_KNOWN: RowArray = np.full(len(SIGNAL_NAMES) + 1, np.nan).view(ROW)
"""One record of `ROW` without any signal."""

Row: TypeAlias = Any
"""A record of `ROW`, as compiled functions see it: one attribute a signal."""


class Sample(NamedTuple):
    """All signals at one moment; NaN is "not known at this moment"."""

    time_s: float
    values: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Signals:
    """Signals over T moments.

    Attributes:
        time_s: (T,) seconds.
        values: name → (T,) float64, NaN where the signal is not valid.
    """

    time_s: FloatArray
    values: Mapping[str, FloatArray]

    def __len__(self) -> int:
        """Count the moments."""
        return len(self.time_s)

    def __getitem__(self, name: str) -> FloatArray:
        """Return one signal, (T,), NaN where not valid."""
        return self.values[name]

    @classmethod
    def from_rows(cls, rows: RowArray) -> "Signals":
        """Turn (T,) records of `ROW` into columns."""
        *columns, time_s = np.ascontiguousarray(rows.view(np.float64).reshape(len(rows), len(SIGNAL_NAMES) + 1).T)
        return cls(time_s, dict(zip(SIGNAL_NAMES, columns, strict=True)))

    @classmethod
    def concatenate(cls, parts: Sequence["Signals"]) -> "Signals":
        """Join signals of one recording, in order; without any, all are empty."""
        empty = np.empty(0)
        values = {name: np.concatenate([empty, *(part[name] for part in parts)]) for name in SIGNAL_NAMES}
        return cls(np.concatenate([empty, *(part.time_s for part in parts)]), values)

    def valid(self, name: str) -> npt.NDArray[np.bool_]:
        """Return one signal's validity mask, (T,)."""
        return np.isfinite(self.values[name])

    def samples(self) -> Iterator[Sample]:
        """Walk through the moments in order of time."""
        names = tuple(self.values)
        columns = zip(*(self.values[name].tolist() for name in names), strict=True)
        for time_s, row in zip(self.time_s.tolist(), columns, strict=True):
            yield Sample(time_s, dict(zip(names, row, strict=True)))
