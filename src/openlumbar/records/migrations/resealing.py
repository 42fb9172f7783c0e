"""How version 0002 writes stored sessions anew: sealed on the way up, plain on the way down.

It does not use the tables as the code knows them, which are those of the newest version.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import JSON, Connection, MetaData, Row, Table, select, tuple_

from openlumbar.records.data_keys import cipher_of, make
from openlumbar.records.json_text import from_json, to_json
from openlumbar.records.vault import Cipher, Vault

SELF = "self"

_HIDDEN = ("plan", "name", "height_cm", "weight_kg", "sex", "age", "outcome", "kept_file")
_KEPT = ("id", "exercise", "level", "source", "language", "state", "started_at", "ended_at", "deleted_at")
_AT_ONCE = 100

_Values = dict[str, Any]


def seal_sessions(connection: Connection, vault: Vault) -> None:
    """Copy the tables `…_plain` into those that hold health data sealed, as one person's."""
    cipher = make(connection, vault, SELF)

    def session(row: _Values) -> _Values:
        sealed = cipher.seal(to_json({name: row[name] for name in _HIDDEN}), "session", SELF, row["id"])
        return {name: row[name] for name in _KEPT} | {"person_id": SELF, "sealed": sealed}

    def event(row: _Values) -> _Values:
        data = to_json(row.pop("data"))
        return row | {"sealed": cipher.seal(data, "event", SELF, row["session_id"], row["number"])}

    def signal(row: _Values) -> _Values:
        return row | {"sealed": cipher.seal(row.pop("payload"), "signal", SELF, row["session_id"], row["start_ms"])}

    _copy(connection, "plain", session, event, signal)


def open_sessions(connection: Connection, vault: Vault) -> None:
    """Copy the tables `…_sealed` into those that hold everything in plain."""
    cipher = cipher_of(connection, vault, SELF)
    if cipher is None:
        return  # nothing was ever sealed
    key: Cipher = cipher

    def session(row: _Values) -> _Values:
        hidden = from_json(key.open(row["sealed"], "session", SELF, row["id"]))
        return {name: row[name] for name in _KEPT} | {name: hidden[name] for name in _HIDDEN}

    def event(row: _Values) -> _Values:
        data = key.open(row.pop("sealed"), "event", SELF, row["session_id"], row["number"])
        return row | {"data": from_json(data)}

    def signal(row: _Values) -> _Values:
        return row | {"payload": key.open(row.pop("sealed"), "signal", SELF, row["session_id"], row["start_ms"])}

    _copy(connection, "sealed", session, event, signal)


def _copy(connection: Connection, suffix: str, *changes: Callable[[_Values], _Values]) -> None:
    for name, key, change in zip(("session", "event", "signal"), ("id", "number", "start_ms"), changes, strict=True):
        old, new = (_found(connection, called) for called in (f"{name}_{suffix}", name))
        for rows in _batches(connection, old, key):
            connection.execute(new.insert(), [change(dict(row._mapping)) for row in rows])


def _found(connection: Connection, name: str) -> Table:
    found = Table(name, MetaData(), autoload_with=connection)
    for column in found.columns:
        if isinstance(column.type, JSON):
            column.type = JSON(none_as_null=True)  # nothing is NULL there, not the word null
    return found


def _batches(connection: Connection, table: Table, key: str) -> Iterator[list[Row[*tuple[Any, ...]]]]:
    """Read a table in the order of its key, a part at a time: it may be larger than the memory."""
    place = [table.c[name] for name in (("session_id",) if "session_id" in table.c else ()) + (key,)]
    last: tuple[Any, ...] | None = None
    while True:
        query = select(table).order_by(*place).limit(_AT_ONCE)
        if last is not None:
            query = query.where(tuple_(*place) > last)
        rows = list(connection.execute(query))
        if not rows:
            return
        yield rows
        last = tuple(rows[-1]._mapping[column.name] for column in place)
