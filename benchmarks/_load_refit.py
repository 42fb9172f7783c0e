"""What the constants changed for the sake of Wilke's rows are worth: the first run, and each row left out in turn.

Each change is a step from the starting model to what stands in the content files. Without a row, those steps are taken
that the other rows like best, and the row is computed with them; quiet standing alone sets the scale each time.
"""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from benchmarks._load_rows import Agreement, JudgedRow, agreement
from openlumbar.mechanics._statics import SIDE
from openlumbar.mechanics.loads import compute_loads
from openlumbar.mechanics.physique import RecordArray, central_body
from openlumbar.mechanics.postures import Posture, records_of

STARTED: Mapping[str, float] = {"tone": 0.020, "antagonist": 0.02, "passive_disc_share": 0.35, "side": 1.0}
"""Values of the starting model, before any row was looked at; "side": the share of a beam's weight in side-lying."""

STANDING_MPA = 0.5


def first_run(rows: Sequence[JudgedRow]) -> Agreement:
    """Return the agreement with every change taken back."""
    return agreement([row.row.middle for row in rows], _pressures(rows, (True,) * len(STARTED)))


def leave_one_out(rows: Sequence[JudgedRow]) -> Agreement:
    """Return the agreement of rows each of which had no say in what was changed."""
    measured = np.array([row.row.middle for row in rows])
    tries = np.array([_pressures(rows, taken_back) for taken_back in product((False, True), repeat=len(STARTED))])
    errors = np.abs(tries / measured - 1)
    without = errors.sum(axis=1, keepdims=True) - errors  # of all other rows
    return agreement(measured.tolist(), tries[without.argmin(axis=0), np.arange(len(rows))].tolist())


def _pressures(rows: Sequence[JudgedRow], taken_back: Sequence[bool]) -> list[float]:
    """Return our pressures, MPa, with some of the changes taken back."""
    old = {name: value for (name, value), back in zip(STARTED.items(), taken_back, strict=True) if back}
    postures = records_of(Posture("standing"), *(row.row.posture for row in rows))
    if "side" in old:
        postures["gravity"][postures["support"] == SIDE] = old["side"]
    loads = compute_loads(postures, _body(rows, old))[:, 0]
    idle_mpa = _body(rows, old)["unloaded_pressure"][0]
    above = loads["pressure_mpa"] - idle_mpa
    scaled = idle_mpa + above[1:] * (STANDING_MPA - idle_mpa) / above[0]
    return [float(pressure) for pressure in scaled]


def _body(rows: Sequence[JudgedRow], old: Mapping[str, float]) -> RecordArray:
    body = central_body(rows[0].row.physique)
    for name, value in old.items():
        if name != "side":
            body[name] = value
    return body
