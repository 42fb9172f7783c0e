"""The store: sessions with their events and signals, written and read as plain values.

Every method is one transaction, done wholly or not at all, and may be called from any thread; each may take up to
`openlumbar.records.database.BUSY_S` when another process writes, so none belongs on an event loop. A file that
cannot be read or written just now is a `StoreError`.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Table,
    and_,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError

from openlumbar.cards import Language
from openlumbar.errors import InputError
from openlumbar.kinematics.signals import Signals
from openlumbar.physique import Physique, Sex
from openlumbar.records.chunks import pack_signals, unpack_signals
from openlumbar.records.database import NO_TRANSACTION, READING, WRITING, open_database, scrub
from openlumbar.records.tables import event, session, signal
from openlumbar.records.trouble import StoreError, code_of

SessionSource = Literal["camera", "simulated", "upload"]
SessionState = Literal["open", "done", "failed"]

_ID_BYTES = 16  # 22 characters that nobody guesses
_INSERTS: Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session as it is stored; times are in UTC, `plan` and `outcome` are plain JSON.

    `kept_file` is relative to the folder of kept files.
    """

    id: str
    exercise: str
    level: str
    source: SessionSource
    language: Language
    plan: Mapping[str, Any]
    state: SessionState
    started_at: datetime
    ended_at: datetime | None = None
    name: str | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    sex: Sex | None = None
    age: float | None = None
    outcome: Mapping[str, Any] | None = None
    kept_file: str | None = None
    deleted_at: datetime | None = None

    @property
    def physique(self) -> Physique:
        """Return what was known of the person's body."""
        return Physique(self.height_cm, self.weight_kg, self.sex, self.age)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One thing that happened, numbered within its session; `data` is plain JSON."""

    number: int
    time_s: float
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


Entry = tuple[str, EventRow | Signals]
"""A session's id and what belongs to it."""


class Store:
    """The records in one file of SQLite."""

    def __init__(self, engine: Engine, name: str) -> None:
        """Take an open database whose tables are up to date, and the name to call it by."""
        self.engine, self._name = engine, name

    @classmethod
    def open(cls, where: str | Path) -> Self:
        """Open the records at a path or `sqlite:///` URL; make file and folder, for the owner alone, if need be.

        Raises:
            InputError: when the file cannot be opened or made, is no file of records, or is of a newer version.
        """
        return cls(*open_database(where))

    def create(
        self,
        *,
        exercise: str,
        level: str,
        source: SessionSource,
        language: Language,
        plan: Mapping[str, Any] | None = None,
        physique: Physique | None = None,
        name: str | None = None,
        started_at: datetime | None = None,
    ) -> SessionRow:
        """Begin a session, now unless said otherwise, under an id that nobody can guess."""
        body = physique or Physique()
        row = SessionRow(
            id=secrets.token_urlsafe(_ID_BYTES),
            exercise=exercise,
            level=level,
            source=source,
            language=language,
            plan=plan or {},
            state="open",
            started_at=started_at or datetime.now(UTC),
            name=None if name is None else name.encode("utf-8", "replace").decode("utf-8"),
            height_cm=body.height_cm,
            weight_kg=body.weight_kg,
            sex=body.sex,
            age=body.age,
        )
        values = {column.name: getattr(row, column.name) for column in session.c}
        with self._transaction(WRITING) as connection:
            connection.execute(session.insert().values(values))
        return row

    def session(self, session_id: str) -> SessionRow | None:
        """Return one session, deleted or not; None when there is none."""
        with self._transaction() as connection:
            found = connection.execute(select(session).where(session.c.id == session_id)).first()
        return None if found is None else _session_row(found)

    def sessions(self, limit: int | None = None, before: str | None = None) -> tuple[SessionRow, ...]:
        """List sessions that are not deleted, newest first, from the one after the session `before`.

        Raises:
            InputError: when there is no session `before`.
        """
        query = select(session).where(session.c.deleted_at.is_(None))
        if before is not None:
            query = query.where(_older_than(self._existing(before)))
        query = query.order_by(session.c.started_at.desc(), session.c.id.desc()).limit(limit)
        with self._transaction() as connection:
            return tuple(_session_row(found) for found in connection.execute(query))

    def events(self, session_id: str) -> tuple[EventRow, ...]:
        """Return what happened in a session, in order."""
        columns = (event.c.number, event.c.time_s, event.c.kind, event.c.data)
        query = select(*columns).where(event.c.session_id == session_id).order_by(event.c.number)
        with self._transaction() as connection:
            return tuple(EventRow(*found) for found in connection.execute(query))

    def signals(self, session_id: str) -> Signals:
        """Return a session's signals, its chunks joined in order.

        Raises:
            InputError: when a chunk is damaged.
        """
        query = select(signal.c.payload).where(signal.c.session_id == session_id).order_by(signal.c.start_ms)
        with self._transaction() as connection:
            payloads = connection.execute(query).scalars().all()
        return Signals.concatenate([unpack_signals(payload) for payload in payloads])

    def append(self, session_id: str, events: Sequence[EventRow] = (), signals: Sequence[Signals] = ()) -> None:
        """Add to a session what it does not have yet.

        An event whose number is stored already is passed over, as are signals that begin at the same millisecond.

        Raises:
            InputError: when there is no such session.
        """
        self.append_all([*((session_id, row) for row in events), *((session_id, chunk) for chunk in signals)])

    def append_all(self, entries: Sequence[Entry]) -> None:
        """Add to several sessions at once, likewise; all of it or nothing.

        Raises:
            InputError: when there is no such session.
        """
        happened = [
            {"session_id": id_, "number": row.number, "time_s": row.time_s, "kind": row.kind, "data": row.data}
            for id_, row in entries
            if isinstance(row, EventRow)
        ]
        chunks = [
            {"session_id": id_, "start_ms": round(1000 * float(row.time_s[0])), "payload": pack_signals(row)}
            for id_, row in entries
            if isinstance(row, Signals) and len(row)
        ]
        try:
            with self._transaction(WRITING) as connection:
                _insert_new(connection, event, happened)
                _insert_new(connection, signal, chunks)
        except IntegrityError:
            raise _unknown(" or ".join({id_: None for id_, _ in entries})) from None

    def finish(
        self,
        session_id: str,
        outcome: Mapping[str, Any],
        ended_at: datetime | None = None,
        *,
        state: SessionState = "done",
        kept_file: str | None = None,
        recognised: tuple[str, str] | None = None,
    ) -> bool:
        """End a session, now unless said otherwise; tell whether there is such a session.

        `recognised` are the exercise and level that were found, where it began without knowing them.
        """
        found = dict(zip(("exercise", "level"), recognised or (), strict=False))
        ended_at = ended_at or datetime.now(UTC)
        return self._change(session_id, outcome=outcome, ended_at=ended_at, state=state, kept_file=kept_file, **found)

    def delete(self, session_id: str, deleted_at: datetime | None = None) -> bool:
        """Hide a session until it is restored or purged; tell whether there is such a session."""
        return self._change(session_id, deleted_at=deleted_at or datetime.now(UTC))

    def restore(self, session_id: str) -> bool:
        """Undo a deletion; tell whether there is such a session."""
        return self._change(session_id, deleted_at=None)

    def purge(self, older_than: datetime) -> tuple[str, ...]:
        """Remove for good what was deleted at that time or before; return the kept files that are to be removed too.

        Afterwards no byte of it is in the file, unless there is no room to write the file anew; the next purge then
        tries again.
        """
        gone = session.c.deleted_at <= older_than
        kept = select(session.c.kept_file).where(gone, session.c.kept_file.is_not(None))
        with self._transaction(WRITING) as connection:
            files = connection.execute(kept).scalars().all()
            removed = connection.execute(delete(session).where(gone)).rowcount
        with suppress(StoreError), self._transaction(NO_TRANSACTION) as connection:
            scrub(connection, is_needed=removed > 0)
        return tuple(file for file in files if file is not None)

    def close(self) -> None:
        """Close the file; nothing else may be asked afterwards."""
        self.engine.dispose()

    def _existing(self, session_id: str) -> SessionRow:
        found = self.session(session_id)
        if found is None:
            raise _unknown(session_id)
        return found

    def _change(self, session_id: str, **values: object) -> bool:
        with self._transaction(WRITING) as connection:
            done = connection.execute(update(session).where(session.c.id == session_id).values(values))
            return done.rowcount == 1

    @contextmanager
    def _transaction(self, how: Mapping[str, str | None] = READING) -> Iterator[Connection]:
        try:
            with self.engine.execution_options(**how).begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise StoreError(self._name, code_of(error.orig)) from error


def _session_row(found: Row[*tuple[Any, ...]]) -> SessionRow:
    return SessionRow(**found._mapping)


def _older_than(row: SessionRow) -> ColumnElement[bool]:
    same_time = and_(session.c.started_at == row.started_at, session.c.id < row.id)
    return or_(session.c.started_at < row.started_at, same_time)


def _insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(_INSERTS[connection.dialect.name](table).on_conflict_do_nothing(), rows)


def _unknown(session_id: str) -> InputError:
    return InputError(session_id, "there is no such session", "choose one from the list")
