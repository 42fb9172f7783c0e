"""The records for other programs: everything as JSON, the repetitions as a table for spreadsheets."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from openlumbar import __version__
from openlumbar.assessment.events import Repetition
from openlumbar.assessment.loads import LOAD_NAMES, Loads, SessionLoads
from openlumbar.errors import InputError
from openlumbar.kinematics.signals import Signals
from openlumbar.records.people import SELF
from openlumbar.records.replay import MEMORY, repetitions_of
from openlumbar.records.store import SessionRow, Store

FORMAT = 1
"""Number of the JSON layout; it grows when a field changes its meaning or goes."""

LoadsOf = Callable[[SessionRow], SessionLoads | None]
"""Tells what the disc carried in a session; the record keeps the signals, not the loads."""

_NOT_TOLD = ("deleted_at", "person_id")

_ESTIMATES = ("hold_s", "hip_rise_cm", "trunk_angle_deg", "trunk_yaw_deg")
SESSION_COLUMNS = (
    "session", "exercise", "level", "source", "language", "state", "name", "started_at_utc", "ended_at_utc",
    "height_cm", "weight_kg", "sex", "age_years", "judged", "reasons",
)  # fmt: skip
"""Those that tell of the session itself."""

_REPETITION_COLUMNS = (
    "number", "start_s", "peak_s", "end_s", "side",
    *(column for name in _ESTIMATES for column in (name, f"{name}_low90", f"{name}_high90")),
    "raised_hand", "counted", "faults",
    *(column for name in LOAD_NAMES for column in (name, f"{name}_low90", f"{name}_high90")),
)  # fmt: skip
COLUMNS = (*SESSION_COLUMNS, *_REPETITION_COLUMNS)
"""The columns of `export_csv`, in order."""

_FORMULA_SIGNS = tuple("=+-@＝＋－＠")
_FORMULA_SPACES = tuple("\t\r\n")


def no_loads(row: SessionRow) -> None:
    """Tell of no session what the disc carried."""


def export_json(
    store: Store,
    ids: Iterable[str] | None = None,
    *,
    with_signals: bool = False,
    person_id: str = SELF,
    loads_of: LoadsOf = no_loads,
) -> dict[str, Any]:
    """Return a person's sessions with all their events as plain JSON, those of `ids` or all, newest first.

    `{"openlumbar": version, "format": 1, "sessions": [...]}`; a session has the fields of `SessionRow` without
    `deleted_at` and `person_id` (times in ISO 8601, `age` in years) and `events`: `number`, `time_s` in seconds after
    the first frame, `kind`, `data`; those that only the live coach reads are left out. With signals also `signals`:
    `time_s` and every signal by its name, which carries its unit, null where it is not valid. Where `loads_of` knows
    them also `loads`: those of the result JSON, and in `repetitions` those of each repetition.

    Raises:
        InputError: when there is no session of an id.
    """
    sessions = [session_json(store, row, with_signals, loads_of) for row in _chosen(store, ids, person_id)]
    return {"openlumbar": __version__, "format": FORMAT, "sessions": sessions}


def export_csv(
    store: Store, ids: Iterable[str] | None = None, *, person_id: str = SELF, loads_of: LoadsOf = no_loads
) -> bytes:
    """Return a table of a person's sessions, those of `ids` or all, newest first: a row for each repetition.

    A set without any has one row.


    UTF-8 with a byte order mark, comma, CRLF; a cell is empty where there is no value. Columns, in order:

    - `session` (id), `exercise`, `level`, `source`, `language`, `state`, `name` (of an upload)
    - `started_at_utc`, `ended_at_utc`: `YYYY-MM-DD hh:mm:ss` in UTC
    - `height_cm`, `weight_kg`, `sex`, `age_years`
    - `judged` (`true` or `false`), `reasons` (codes joined by `;`)
    - of the repetition: `number` from 1; `start_s`, `peak_s`, `end_s` in seconds after the first frame; `side`;
      `hold_s`, `hip_rise_cm`, `trunk_angle_deg`, `trunk_yaw_deg`, each with the ends of its 90 % interval in `…_low90`
      and `…_high90`; `raised_hand`; `counted` (`true` or `false`); `faults` (codes joined by `;`)
    - where `loads_of` knows them, of the disc load the peak `l4l5_compression_n`, `l4l5_idp_mpa` and
      `relative_to_standing`, and the dose `standing_minutes`, with their intervals likewise

    Text that a spreadsheet would take for a formula gets a `'` in front.

    Raises:
        InputError: when there is no session of an id, or a repetition is damaged.
    """
    return repetitions_csv(store, _chosen(store, ids, person_id), loads_of)


def repetitions_csv(store: Store, sessions: Iterable[SessionRow], loads_of: LoadsOf = no_loads) -> bytes:
    """Return that table of these sessions."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in sessions:
        told = session_cells(row)
        repetitions, found = repetitions_of(store.events(row.id)), loads_of(row)
        loads = found.repetitions if found else (None,) * len(repetitions)
        writer.writerows(
            [*told, *_repetition_cells(number, *done)]
            for number, done in enumerate(zip(repetitions, loads, strict=True), 1)
        )
        if not repetitions:
            writer.writerow([*told, *[""] * len(_REPETITION_COLUMNS)])
    return text.getvalue().encode("utf-8-sig")


def _chosen(store: Store, ids: Iterable[str] | None, person_id: str) -> Iterator[SessionRow]:
    if ids is None:
        yield from store.sessions(person_id=person_id)
        return
    found = {session_id: store.session(session_id) for session_id in ids}
    rows = []
    for session_id, row in found.items():
        if row is None or row.deleted_at is not None or row.person_id != person_id:
            raise InputError(session_id, "there is no such session", "choose one from the list")
        rows.append(row)
    yield from sorted(rows, key=lambda row: (row.started_at, row.id), reverse=True)


def session_json(
    store: Store, row: SessionRow, with_signals: bool = False, loads_of: LoadsOf = no_loads
) -> dict[str, Any]:
    """Return a session with all its events as plain JSON, as `export_json` tells."""
    told = {name: value for name, value in asdict(row).items() if name not in _NOT_TOLD}
    told |= {name: value.isoformat() for name, value in told.items() if isinstance(value, datetime)}
    told["events"] = [asdict(event) for event in store.events(row.id) if event.kind != MEMORY]
    if with_signals:
        told["signals"] = _signals_json(store.signals(row.id))
    if loads := loads_of(row):
        told["loads"] = loads.to_json()
    return told


def _signals_json(signals: Signals) -> Mapping[str, list[float | None]]:
    values = {name: [_number(value) for value in column.tolist()] for name, column in signals.values.items()}
    return {"time_s": signals.time_s.tolist(), **values}


def session_cells(row: SessionRow) -> list[str]:
    """Return a session's row of a table, in the order of `SESSION_COLUMNS`."""
    outcome = row.outcome or {}
    judged = outcome.get("judged")
    cells = [row.id, row.exercise, row.level, row.source, row.language, row.state, row.name or ""]
    cells = [harmless(cell) for cell in cells]
    cells += ["" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (row.started_at, row.ended_at)]
    cells += [_cell(row.height_cm), _cell(row.weight_kg), row.sex or "", _cell(row.age)]
    reasons = ";".join(str(code) for code in outcome.get("reasons", ()))
    return [*cells, _truth(judged) if isinstance(judged, bool) else "", harmless(reasons)]


def _repetition_cells(number: int, repetition: Repetition, loads: Loads | None) -> list[str]:
    times_s = (repetition.start_s, repetition.peak_s, repetition.end_s)
    cells = [str(number), *(f"{time_s:.3f}" for time_s in times_s), repetition.side or ""]
    for name in _ESTIMATES:
        low, high = repetition.interval90.get(name, (None, None))
        cells += [_cell(getattr(repetition, name)), _cell(low), _cell(high)]
    faults = harmless(";".join(repetition.faults))
    cells += [repetition.raised_hand or "", _truth(repetition.counted), faults]
    return cells + [_cell(value) for name in LOAD_NAMES for value in getattr(loads, name, (None,) * 3)]


def harmless(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA_SPACES) or text.lstrip().startswith(_FORMULA_SIGNS) else text


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _cell(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.6g}"


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
