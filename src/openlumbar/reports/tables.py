"""The analysis as files for programs: signals and repetitions as CSV, the contract's result as JSON."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Repetition
from openlumbar.assessment.loads import LOAD_NAMES, Loads
from openlumbar.kinematics.signals import FloatArray
from openlumbar.reports.whole_file import write_whole

_ESTIMATES = ("hold_s", "hip_rise_cm", "trunk_angle_deg", "trunk_yaw_deg")
"""Fields of a repetition that may have a 90 % interval; each gets two more columns."""


def write_signals_csv(analysis: Analysis, path: Path) -> None:
    """Write `time_s`, a column per signal (unit in its name) and the disc load, empty where a value is not valid."""
    signals = analysis.signals
    columns = {**signals.values, **_load_columns(analysis)}
    rows = (
        [f"{time_s:.6f}", *(_cell(value) for value in row)]
        for time_s, *row in zip(signals.time_s.tolist(), *(column.tolist() for column in columns.values()), strict=True)
    )
    _write_csv(["time_s", *columns], rows, path)


def write_repetitions_csv(analysis: Analysis, path: Path) -> None:
    """Write one row per repetition: the fields of the result JSON, and each estimate's and load's 90 % interval."""
    header = ["number", "start_s", "peak_s", "end_s", "side"]
    for name in _ESTIMATES:
        header += [name, f"{name}_low90", f"{name}_high90"]
    header += ["raised_hand", "counted", "faults"]
    for name in LOAD_NAMES:
        header += [name, f"{name}_low90", f"{name}_high90"]
    pairs = zip(analysis.repetitions, analysis.repetition_loads, strict=True)
    rows = (
        _repetition_row(number, repetition) + _load_cells(loads) for number, (repetition, loads) in enumerate(pairs, 1)
    )
    _write_csv(header, rows, path)


def write_result_json(analysis: Analysis, path: Path) -> None:
    """Write the result object of the contract."""
    write_whole(path, json.dumps(analysis.to_json(), ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def _repetition_row(number: int, repetition: Repetition) -> list[str]:
    times_s = (repetition.start_s, repetition.peak_s, repetition.end_s)
    row = [str(number), *(f"{time_s:.3f}" for time_s in times_s), repetition.side or ""]
    for name in _ESTIMATES:
        low, high = repetition.interval90.get(name, (math.nan, math.nan))
        value = getattr(repetition, name)
        row += [_cell(math.nan if value is None else value), _cell(low), _cell(high)]
    counted = "true" if repetition.counted else "false"
    return [*row, repetition.raised_hand or "", counted, ";".join(repetition.faults)]


def _load_cells(loads: Loads | None) -> list[str]:
    if loads is None:
        return [""] * 3 * len(LOAD_NAMES)
    return [_cell(value) for name in LOAD_NAMES for value in getattr(loads, name)]


def _load_columns(analysis: Analysis) -> Mapping[str, FloatArray]:
    course, unknown = analysis.loads and analysis.loads.course, np.full(len(analysis.signals), math.nan)
    return {
        "l4l5_compression_n": course.l4l5_compression_n if course else unknown,
        "l4l5_idp_mpa": course.l4l5_idp_mpa if course else unknown,
        "relative_to_standing": course.relative_to_standing if course else unknown,
        "relative_to_standing_low90": course.relative_low if course else unknown,
        "relative_to_standing_high90": course.relative_high if course else unknown,
    }


def _cell(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else ""


def _write_csv(header: Sequence[str], rows: Iterable[Sequence[str]], path: Path) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_whole(path, text.getvalue())
