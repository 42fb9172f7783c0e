"""The made clinic in a database of PostgreSQL: the same rows as in its file of SQLite, copied as they are.

A backup and its restoring would do the same, row by row; three million of them take a quarter of an hour.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from openlumbar.records.store import Store
from openlumbar.records.tables import METADATA

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_clinic(file: Path, store: Store) -> None:
    """Fill a new record on a server, which has the same key, with what a file holds."""
    with closing(sqlite3.connect(file)) as source, closing(store.engine.raw_connection()) as target:
        cursor = target.cursor()
        cursor.execute("TRUNCATE person, data_key CASCADE")
        for table in METADATA.sorted_tables:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            rows = source.execute(f'SELECT {names} FROM "{table.name}"')  # noqa: S608 - our own names
            with tempfile.TemporaryFile() as lines:
                lines.writelines(_lines(rows))
                lines.seek(0)
                cursor.execute(f'COPY "{table.name}" ({names}) FROM STDIN', stream=lines)  # type: ignore[call-arg]
        target.commit()


def _lines(rows: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    for row in rows:
        yield ("\t".join(map(_cell, row)) + "\n").encode()


def _cell(value: Any) -> str:
    """Write a value as COPY reads it; a moment in SQLite is in UTC, as is the server's time here."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(value).translate(_ESCAPED)
