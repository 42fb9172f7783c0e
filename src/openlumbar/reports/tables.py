"""The analysis as files for programs: signals and repetitions as CSV, the contract's result as JSON."""

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Repetition
from openlumbar.kinematics.signals import Signals
from openlumbar.reports.whole_file import write_whole

_ESTIMATES = ("hold_s", "hip_rise_cm", "trunk_angle_deg", "trunk_yaw_deg")
"""Fields of a repetition that may have a 90 % interval; each gets two more columns."""


def write_signals_csv(signals: Signals, path: Path) -> None:
    """Write `time_s` and one column per signal (unit in its name), empty where the signal is not valid."""
    columns = [signals.values[name].tolist() for name in signals.values]
    rows = (
        [f"{time_s:.6f}", *(_cell(value) for value in row)]
        for time_s, *row in zip(signals.time_s.tolist(), *columns, strict=True)
    )
    _write_csv(["time_s", *signals.values], rows, path)


def write_repetitions_csv(analysis: Analysis, path: Path) -> None:
    """Write one row per repetition: the fields of the result JSON, and each estimate's 90 % interval."""
    header = ["number", "start_s", "peak_s", "end_s", "side"]
    for name in _ESTIMATES:
        header += [name, f"{name}_low90", f"{name}_high90"]
    header += ["raised_hand", "counted", "faults"]
    rows = (_repetition_row(number, repetition) for number, repetition in enumerate(analysis.repetitions, 1))
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


def _cell(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else ""


def _write_csv(header: Sequence[str], rows: Iterable[Sequence[str]], path: Path) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_whole(path, text.getvalue())
