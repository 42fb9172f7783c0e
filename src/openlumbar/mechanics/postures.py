"""Postures by name, as a person describes them, and as the records that the load model takes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from openlumbar.errors import InputError
from openlumbar.mechanics import _statics
from openlumbar.mechanics._discs import POSTURE
from openlumbar.mechanics.physique import RecordArray
from openlumbar.physique import body_table

POSTURES: tuple[str, ...] = tuple(body_table("postures"))
"""Every posture that has a name (content/body/postures.csv)."""

LUMBAR_SHARE = 0.6
"""Lumbar part of a forward lean where it is not told (starting model in the biomechanics design, from landmarks)."""

MOST_LUMBAR_DEG = 55.0
"""What is not told never bends the lumbar spine further (a man's full flexion is about 58°)."""

SIT_UP_LUMBAR_DEG, SIT_UP_LUMBAR_SHARE, MOST_SIT_UP_LUMBAR_DEG = 10.0, 0.4, 40.0
"""On the back with bent knees the lumbar spine is flat (10°); it bends with the trunk as the trunk rises (product)."""

LIFTED, MOST_LIFT_DEG = ("sit-up", "curl-up"), 90.0
"""Postures whose trunk is lifted from the floor, and how far it can be: then the person sits."""

USUAL_RISE_M = 0.10
"""Hip rise of a bridge (source row S5)."""

_SUPPORTS = {
    "free": _statics.FREE,
    "lying": _statics.LYING,
    "side": _statics.SIDE,
    "backrest": _statics.BACKREST,
    "sit-up": _statics.SIT_UP,
    "bridge": _statics.BRIDGE,
}
_RANGES: Mapping[str, tuple[float, float, str]] = {
    "trunk_deg": (-30.0, 100.0, "degrees forward"),
    "lumbar_flexion_deg": (-20.0, 70.0, "degrees of flexion"),
    "twist_deg": (-60.0, 60.0, "degrees"),
    "side_bend_deg": (-40.0, 40.0, "degrees"),
    "hand_load_kg": (0.0, 60.0, "kg"),
    "reach_cm": (0.0, 100.0, "cm ahead of the spine"),
}
"""What the model holds for; beyond it people fall or lift what nobody with a herniation lifts."""


@dataclass(frozen=True, slots=True)
class Posture:
    """A posture and what is carried in it.

    Attributes:
        name: one of `POSTURES`.
        trunk_deg: forward lean of the trunk from the vertical; for a sit-up or curl-up its lift from the floor.
        lumbar_flexion_deg: lumbar flexion against quiet standing.
        twist_deg: turn of the thorax against the pelvis, to the left positive.
        side_bend_deg: bend of the thorax against the pelvis, to the left positive.
        hand_load_kg: weight in both hands together.
        reach_cm: how far the hands are ahead of the disc L5–S1; None: the arms hang.

    None is "as usual in this posture". Raises InputError for an unknown name and for values outside what the model
    holds for.
    """

    name: str
    trunk_deg: float | None = None
    lumbar_flexion_deg: float | None = None
    twist_deg: float | None = None
    side_bend_deg: float | None = None
    hand_load_kg: float = 0.0
    reach_cm: float | None = None

    def __post_init__(self) -> None:
        """Refuse what the model cannot judge."""
        if self.name not in POSTURES:
            raise InputError(f"posture {self.name}", "is not known", f"choose one of {', '.join(POSTURES)}")
        for field, (low, high, unit) in _RANGES.items():
            value = getattr(self, field)
            if value is not None and not low <= value <= high:
                problem = f"{value:g} is outside {low:g} to {high:g} {unit}"
                raise InputError(field.replace("_", "-"), problem, "give a value in that range, or leave it out")
        if body_table("postures")[self.name]["support"] != "free":
            self._refuse_what_needs_standing()

    def _refuse_what_needs_standing(self) -> None:
        if self.name in LIFTED and not 0 <= self.usual_trunk_deg <= MOST_LIFT_DEG:
            problem = f"{self.trunk_deg:g} is outside 0 to {MOST_LIFT_DEG:g} degrees from the floor"
            raise InputError("trunk-deg", problem, "give a value in that range, or leave it out")
        fields: tuple[str, ...] = ("twist_deg", "side_bend_deg", "hand_load_kg", "reach_cm")
        if self.name not in LIFTED:
            fields = ("trunk_deg", "lumbar_flexion_deg", *fields)
        for field in fields:
            if getattr(self, field):
                free = ", ".join(name for name, row in body_table("postures").items() if row["support"] == "free")
                problem = f"has no meaning in the posture {self.name}"
                raise InputError(field.replace("_", "-"), problem, f"leave it out, or choose one of {free}")

    @property
    def usual_trunk_deg(self) -> float:
        """Return the trunk's angle, told or usual."""
        return float(body_table("postures")[self.name]["trunk_deg"]) if self.trunk_deg is None else self.trunk_deg


def records_of(*postures: Posture) -> RecordArray:
    """Return postures as (T,) records of the model."""
    records = blank(len(postures))
    for record, told in zip(records, postures, strict=True):
        row = body_table("postures")[told.name]
        record["support"] = _SUPPORTS[row["support"]]
        record["trunk_deg"] = told.usual_trunk_deg
        record["lumbar_deg"] = _lumbar_deg(told)
        record["twist_deg"], record["bend_deg"] = told.twist_deg or 0.0, told.side_bend_deg or 0.0
        record["hand_kg"] = told.hand_load_kg
        record["reach_m"] = math.nan if told.reach_cm is None else told.reach_cm / 100
        record["gravity"], record["tone"] = float(row["gravity"]), float(row["tone"])
        is_quiet = told.name == "standing" and _is_quiet(told)
        record["unsure"] = float(row["unsure"]) if is_quiet or told.name != "standing" else 1.0
        record["rise_m"] = USUAL_RISE_M
    return records


def blank(count: int) -> RecordArray:
    """Return (count,) records of quiet standing with hanging arms."""
    records = np.zeros(count, POSTURE)
    for name, value in (("gravity", 1.0), ("tone", 1.0), ("hand_left_m", math.nan), ("reach_m", math.nan)):
        records[name] = value
    return records


def lumbar_of_lean(trunk_deg: float) -> float:
    """Return the usual lumbar flexion of a forward lean, degrees."""
    return min(LUMBAR_SHARE * trunk_deg, MOST_LUMBAR_DEG)


def lumbar_of_lift(trunk_deg: float) -> float:
    """Return the usual lumbar flexion of a trunk lifted from the floor, degrees."""
    return min(SIT_UP_LUMBAR_DEG + SIT_UP_LUMBAR_SHARE * max(trunk_deg, 0.0), MOST_SIT_UP_LUMBAR_DEG)


def _lumbar_deg(told: Posture) -> float:
    if told.lumbar_flexion_deg is not None:
        return told.lumbar_flexion_deg
    row = body_table("postures")[told.name]
    if row["support"] == "sit-up":
        return lumbar_of_lift(told.usual_trunk_deg)
    usual = float(row["lumbar_deg"])
    lean = told.usual_trunk_deg - float(row["trunk_deg"])
    return min(usual + lumbar_of_lean(lean), MOST_LUMBAR_DEG) if lean else usual


def _is_quiet(told: Posture) -> bool:
    return not any((told.trunk_deg, told.lumbar_flexion_deg, told.twist_deg, told.side_bend_deg, told.hand_load_kg))
