"""The published loads that ours are held against, and what ours are for the same postures.

Each row of `content/evidence/load_rows.csv` says what was published and which inputs of ours its description asks
for, and why; the inputs follow from the description, never from what comes out.
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import get_args

import numpy as np

from openlumbar.mechanics import Estimate, Posture, SpinalLoads, spinal_loads
from openlumbar.physique import Physique, Sex

_ANGLES = ("trunk_deg", "lumbar_flexion_deg", "twist_deg", "side_bend_deg")
_LOAD_OF = {"idp_mpa": "l4l5_idp_mpa", "compression_n": "l4l5_compression_n", "relative": "relative_to_standing"}
STANDING_MPA = 0.5
"""The pressure of quiet standing, on which tools are calibrated before their rows are compared (Wilke 1999)."""


@dataclass(frozen=True)
class LoadRow:
    """A published load, in the unit of its quantity; `low` and `high` where a range was published."""

    id: str
    name: str
    source: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    basis: str
    posture: Posture
    physique: Physique
    reference_tool_n: float | None
    inputs_why: str

    @property
    def middle(self) -> float:
        """Return the published value, or the bound where only a bound was published."""
        found = self.value if self.value is not None else self.low
        assert found is not None  # noqa: S101 - a row has one of them
        return found


@dataclass(frozen=True)
class JudgedRow:
    """A published load beside ours."""

    row: LoadRow
    ours: Estimate
    loads: SpinalLoads

    @property
    def error_share(self) -> float | None:
        """Return how far ours lies from the published value, as a share of it; None where only a bound is known."""
        return None if self.row.value is None else self.ours.value / self.row.value - 1

    @property
    def covered(self) -> bool:
        """Tell whether our 90 % interval holds the published value, or reaches the bound."""
        highest = self.row.middle if self.row.value is not None else math.inf
        return self.ours.low <= highest and self.row.middle <= self.ours.high

    @property
    def inside(self) -> bool | None:
        """Tell whether ours lies in the published range; None where none was published."""
        if self.row.low is None:
            return None
        return self.row.low <= self.ours.value <= (math.inf if self.row.high is None else self.row.high)


@dataclass(frozen=True)
class Agreement:
    """How well values agree with what was measured: mean absolute error in %, root mean square error, correlation."""

    mape_percent: float
    rmse: float
    r: float


def load_rows() -> tuple[LoadRow, ...]:
    """Read the published rows."""
    text = files("openlumbar.content").joinpath("evidence", "load_rows.csv").read_text(encoding="utf-8")
    return tuple(_row(cells) for cells in csv.DictReader(text.splitlines()))


def judged_rows() -> tuple[JudgedRow, ...]:
    """Return every published row beside ours."""
    return tuple(_judged(row) for row in load_rows())


def wilke_rows(judged: Sequence[JudgedRow]) -> list[JudgedRow]:
    """Return the rows of Wilke's man; quiet standing, which calibrates, is left out."""
    return [row for row in judged if row.row.id.startswith("wilke_") and row.row.id != "wilke_standing"]


def wilke_agreement(judged: Sequence[JudgedRow]) -> Agreement:
    """Hold ours against the pressures of Wilke's man, MPa."""
    rows = wilke_rows(judged)
    return agreement([row.row.middle for row in rows], [row.ours.value for row in rows])


def reference_tool_rows(judged: Sequence[JudgedRow]) -> list[tuple[JudgedRow, float, float]]:
    """Return the rows that AnyBody published, with its and our pressure, MPa.

    It tells forces, which are scaled to the pressure of its own standing; ours is the pressure that we tell.
    """
    rows = [(row, row.row.reference_tool_n) for row in judged if row.row.reference_tool_n is not None]
    tool_standing_n = next(tool_n for row, tool_n in rows if row.row.id == "wilke_standing")
    return [(row, STANDING_MPA * tool_n / tool_standing_n, row.ours.value) for row, tool_n in rows]


def agreement(measured: Sequence[float], found: Sequence[float]) -> Agreement:
    """Return how well found values agree with measured ones."""
    truth, ours = np.array(measured), np.array(found)
    return Agreement(
        mape_percent=float(100 * np.mean(np.abs(ours / truth - 1))),
        rmse=float(np.sqrt(np.mean((ours - truth) ** 2))),
        r=float(np.corrcoef(truth, ours)[0, 1]),
    )


def _judged(row: LoadRow) -> JudgedRow:
    loads = spinal_loads(row.posture, row.physique)
    return JudgedRow(row, getattr(loads, _LOAD_OF[row.quantity]), loads)


def _row(cells: dict[str, str]) -> LoadRow:
    def number(name: str) -> float | None:
        return float(cells[name]) if cells[name] else None

    sexes: dict[str, Sex] = {sex: sex for sex in get_args(Sex)}
    given = {name: number(name) for name in (*_ANGLES, "reach_cm")}
    return LoadRow(
        id=cells["id"],
        name=cells["name"],
        source=cells["source"],
        quantity=cells["quantity"],
        value=number("value"),
        low=number("low"),
        high=number("high"),
        basis=cells["basis"],
        posture=Posture(cells["posture"], hand_load_kg=number("hand_load_kg") or 0.0, **given),
        physique=Physique(number("height_cm"), number("weight_kg"), sexes.get(cells["sex"]), number("age")),
        reference_tool_n=number("reference_tool_n"),
        inputs_why=cells["inputs_why"],
    )
