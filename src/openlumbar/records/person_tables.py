"""A person's records as tables for spreadsheets: the diary by kind of entry, sessions, and the signals of each.

UTF-8 with a byte order mark, comma, CRLF; text that a spreadsheet would take for a formula gets a `'` in front.
"""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openlumbar.kinematics.signals import Signals
from openlumbar.records.export import SESSION_COLUMNS, harmless, session_cells
from openlumbar.records.store import SessionRow

ENTRY_COLUMNS = ("number", "day", "at", "by", "withdrawn")
"""The columns of every table of the diary, before those of the kind's own data."""


def diary_csv(entries: Sequence[Mapping[str, Any]]) -> bytes:
    """Return one kind's entries: a column for each field of their data; a list or object in it is JSON."""
    names = tuple(dict.fromkeys(name for entry in entries for name in entry["data"]))
    rows = (
        [*(_cell(entry[name]) for name in ENTRY_COLUMNS), *(_cell(entry["data"].get(name)) for name in names)]
        for entry in entries
    )
    return _written([*ENTRY_COLUMNS, *names], rows)


def sessions_csv(sessions: Iterable[SessionRow]) -> bytes:
    """Return the sessions, one row each."""
    return _written(SESSION_COLUMNS, map(session_cells, sessions))


def signals_csv(signals: Signals) -> bytes:
    """Return `time_s` and each signal of a session that is valid anywhere; a cell is empty where it is not."""
    names = [name for name in signals.values if signals.valid(name).any()]
    columns = [signals.values[name].tolist() for name in names]
    rows = (
        [f"{time_s:.3f}", *(f"{value:.6g}" if math.isfinite(value) else "" for value in values)]
        for time_s, *values in zip(signals.time_s.tolist(), *columns, strict=True)
    )
    return _written(["time_s", *names], rows)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return harmless(value)
        case int() | float():
            return repr(value)
        case _:
            return harmless(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _written(header: Iterable[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(harmless, header))
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
