"""The store: sessions with their events and signals, written and read as plain values.

Every method is one transaction, done wholly or not at all, and may be called from any thread; each may take up to
`openlumbar.records.sqlite_file.BUSY_S` when another process writes, so none belongs on an event loop. A file that
cannot be read or written just now is a `StoreError`. What is known of people's health is sealed before it is stored.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
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
from openlumbar.records import data_keys
from openlumbar.records.chunks import pack_signals, unpack_signals
from openlumbar.records.database import READING, WRITING, open_database, scrub
from openlumbar.records.people import SELF, hold, unknown_person
from openlumbar.records.sealed_rows import (
    SessionKey,
    opened_chunk,
    opened_event,
    opened_session,
    sealed_chunk,
    sealed_event,
    sealed_session,
)
from openlumbar.records.session_ids import new_session_id
from openlumbar.records.tables import data_key, event, session, signal
from openlumbar.records.trouble import StoreError, code_of
from openlumbar.records.vault import Vault, Wrapped

SessionSource = Literal["camera", "simulated", "upload"]
SessionState = Literal["open", "done", "failed"]

_INSERTS: Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert_for(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Begin an insertion that may say what to do with what is there already."""
    return _INSERTS[connection.dialect.name](table)


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
    person_id: str = SELF

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


_SESSIONS = select(session, data_key.c.version, data_key.c.wrapped).join_from(
    session, data_key, data_key.c.id == session.c.person_id
)

Entry = tuple[str, EventRow | Signals]
"""A session's id and what belongs to it."""


class Store:
    """The records in one database."""

    def __init__(self, engine: Engine, name: str, vault: Vault) -> None:
        """Take an open database whose tables are up to date, the name to call it by, and what opens it."""
        self.engine, self.name, self.vault = engine, name, vault

    @classmethod
    def open(cls, where: str | Path, vault: Vault | None = None) -> Self:
        """Open the records at a path, `sqlite:///` or `postgresql://` URL.

        File and folder are made, for the owner alone, if need be. Without a vault the key lies in a file beside the
        database, and is made with it; a server needs a vault.

        Raises:
            InputError: when the database cannot be opened or made, is no database of records, is of a newer version, or
                the key is missing or another one's.
        """
        return cls(*open_database(where, vault))

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
        person_id: str = SELF,
    ) -> SessionRow:
        """Begin a person's session, now unless said otherwise, under an id that nobody can guess.

        Raises:
            InputError: when there is no such person.
        """
        body = physique or Physique()
        row = SessionRow(
            id=new_session_id(),
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
            person_id=person_id,
        )
        with self.transaction(WRITING) as connection:
            self._take_in(connection, row)
        return row

    def session(self, session_id: str) -> SessionRow | None:
        """Return one session, deleted or not; None when there is none."""
        with self.transaction() as connection:
            found = connection.execute(_SESSIONS.where(session.c.id == session_id)).first()
        return None if found is None else self._session_row(found)

    def sessions(
        self, limit: int | None = None, before: str | None = None, *, person_id: str | None = SELF
    ) -> tuple[SessionRow, ...]:
        """List a person's sessions (None: everyone's) that are not deleted, newest first, from the one after `before`.

        Raises:
            InputError: when there is no session `before`.
        """
        query = _SESSIONS.where(session.c.deleted_at.is_(None))
        if person_id is not None:
            query = query.where(session.c.person_id == person_id)
        if before is not None:
            query = query.where(_older_than(self._existing(before)))
        query = query.order_by(session.c.started_at.desc(), session.c.id.desc()).limit(limit)
        with self.transaction() as connection:
            found = connection.execute(query).all()
        return tuple(self._session_row(row) for row in found)

    def events(self, session_id: str) -> tuple[EventRow, ...]:
        """Return what happened in a session, in order."""
        columns = (event.c.number, event.c.time_s, event.c.kind, event.c.sealed)
        query = select(*columns).where(event.c.session_id == session_id).order_by(event.c.number)
        with self.transaction() as connection:
            key = self._session_keys(connection, [session_id]).get(session_id)
            found = connection.execute(query).all()
        if key is None:
            return ()
        return tuple(
            EventRow(row.number, row.time_s, row.kind, opened_event(row.number, row.sealed, session_id, key))
            for row in found
        )

    def signals(self, session_id: str) -> Signals:
        """Return a session's signals, its chunks joined in order.

        Raises:
            InputError: when a chunk is damaged.
        """
        columns = (signal.c.start_ms, signal.c.sealed)
        query = select(*columns).where(signal.c.session_id == session_id).order_by(signal.c.start_ms)
        with self.transaction() as connection:
            key = self._session_keys(connection, [session_id]).get(session_id)
            found = connection.execute(query).all()
        payloads = [opened_chunk(row.start_ms, row.sealed, session_id, key) for row in found] if key else []
        return Signals.concatenate([unpack_signals(payload) for payload in payloads])

    def append(self, session_id: str, events: Sequence[EventRow] = (), signals: Sequence[Signals] = ()) -> None:
        """Add to a session what it does not have yet.

        An event whose number is stored already is passed over, as are signals that begin at the same millisecond.

        Raises:
            InputError: when there is no such session.
        """
        self.append_all([*((session_id, row) for row in events), *((session_id, chunk) for chunk in signals)])

    def append_all(self, entries: Sequence[Entry], sessions: Sequence[SessionRow] = ()) -> None:
        """Add to several sessions at once, likewise; all of it or nothing. New `sessions` are taken in as they stand.

        Raises:
            InputError: when there is no such session.
        """
        happened = [(id_, part) for id_, part in entries if isinstance(part, EventRow)]
        chunks = [(id_, *_packed(part)) for id_, part in entries if isinstance(part, Signals) and len(part)]
        names = list(dict.fromkeys(id_ for id_, _ in entries))
        try:
            with self.transaction(WRITING) as connection:
                for row in sessions:
                    self._take_in(connection, row)
                keys = self._session_keys(connection, names)
                if len(keys) < len(names):
                    raise _unknown(" or ".join(names))
                _insert_new(
                    connection,
                    event,
                    [sealed_event(row.number, row.time_s, row.kind, row.data, id_, keys[id_]) for id_, row in happened],
                )
                _insert_new(
                    connection,
                    signal,
                    [sealed_chunk(start_ms, payload, id_, keys[id_]) for id_, start_ms, payload in chunks],
                )
        except IntegrityError:
            raise _unknown(" or ".join(names)) from None

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
        shown: dict[str, Any] = dict(zip(("exercise", "level"), recognised or (), strict=False))
        shown |= {"ended_at": ended_at or datetime.now(UTC), "state": state}
        with self.transaction(WRITING) as connection:
            found = connection.execute(_SESSIONS.where(session.c.id == session_id).with_for_update(of=session)).first()
            if found is None:
                return False
            row = replace(self._session_row(found), outcome=outcome, kept_file=kept_file)
            cipher = self.vault.cipher(row.person_id, Wrapped(found.version, found.wrapped))
            sealed = sealed_session(_fields(row), cipher)["sealed"]
            connection.execute(update(session).where(session.c.id == session_id).values(shown | {"sealed": sealed}))
        return True

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
        with self.transaction(WRITING) as connection:
            gone = connection.execute(_SESSIONS.where(session.c.deleted_at <= older_than)).all()
            files = [self._session_row(row).kept_file for row in gone]
            connection.execute(delete(session).where(session.c.id.in_([row.id for row in gone])))
        with suppress(StoreError):
            self.scrub(is_needed=bool(gone))
        return tuple(file for file in files if file is not None)

    def scrub(self, *, is_needed: bool = True) -> None:
        """See that nothing that was deleted is left in the database's files.

        Raises:
            StoreError: when there is no room for that, or somebody else is writing.
        """
        try:
            scrub(self.engine, is_needed=is_needed)
        except DBAPIError as error:
            raise StoreError(self.name, code_of(error.orig)) from error

    def close(self) -> None:
        """Close the database; nothing else may be asked afterwards."""
        self.engine.dispose()

    def _existing(self, session_id: str) -> SessionRow:
        found = self.session(session_id)
        if found is None:
            raise _unknown(session_id)
        return found

    def _change(self, session_id: str, **values: object) -> bool:
        with self.transaction(WRITING) as connection:
            done = connection.execute(update(session).where(session.c.id == session_id).values(values))
            return done.rowcount == 1

    @contextmanager
    def transaction(self, how: Mapping[str, str | None] = READING) -> Iterator[Connection]:
        """Do what follows wholly or not at all; `how` is one of those of `openlumbar.records.database`.

        Raises:
            StoreError: when the records cannot be read or written just now.
        """
        try:
            with self.engine.execution_options(**how).begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise StoreError(self.name, code_of(error.orig)) from error

    def _take_in(self, connection: Connection, row: SessionRow) -> None:
        if not hold(connection, row.person_id):
            raise unknown_person(row.person_id)
        cipher = data_keys.sealing_for(connection, self.vault, row.person_id)
        connection.execute(session.insert().values(sealed_session(_fields(row), cipher)))

    def _session_row(self, found: Row[*tuple[Any, ...]]) -> SessionRow:
        values = dict(found._mapping)
        wrapped = Wrapped(values.pop("version"), values.pop("wrapped"))
        return SessionRow(**opened_session(values, self.vault.cipher(found.person_id, wrapped)))

    def _session_keys(self, connection: Connection, session_ids: Sequence[str]) -> Mapping[str, SessionKey]:
        columns = (session.c.id, session.c.person_id, data_key.c.version, data_key.c.wrapped)
        query = select(*columns).join_from(session, data_key, data_key.c.id == session.c.person_id)
        found = connection.execute(query.where(session.c.id.in_(session_ids)))
        return {
            row.id: SessionKey(row.person_id, self.vault.cipher(row.person_id, Wrapped(row.version, row.wrapped)))
            for row in found
        }


def _fields(row: SessionRow) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}


def _packed(signals: Signals) -> tuple[int, bytes]:
    return round(1000 * float(signals.time_s[0])), pack_signals(signals)


def _older_than(row: SessionRow) -> ColumnElement[bool]:
    same_time = and_(session.c.started_at == row.started_at, session.c.id < row.id)
    return or_(session.c.started_at < row.started_at, same_time)


def _insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert_for(connection, table).on_conflict_do_nothing(), rows)


def _unknown(session_id: str) -> InputError:
    return InputError(session_id, "there is no such session", "choose one from the list")
