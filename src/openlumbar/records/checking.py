"""Looking through all records: whether the database is whole, the audit unchanged, and everything sealed opens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from openlumbar.errors import InputError
from openlumbar.records import audit, data_keys
from openlumbar.records.archive import OnProgress
from openlumbar.records.chunks import unpack_signals
from openlumbar.records.sealed_entries import opened_entry
from openlumbar.records.sealed_rows import SessionKey, opened_chunk, opened_event, opened_session
from openlumbar.records.store import Store
from openlumbar.records.tables import account, entry, event, person, session, signal, summary
from openlumbar.records.totp_store import opened_totp
from openlumbar.records.vault import Cipher

_AT_ONCE = 500
_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: `broken` names what is damaged, in words; it is empty when all is well."""

    rows: int
    audit: audit.Head
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Rows that hold something sealed: how to find them, whose key opens them, how, and what to call one."""

    query: Select[*tuple[Any, ...]]
    owner: Callable[[_Row], str]
    open: Callable[[_Row, Cipher], object]
    name: Callable[[_Row], str]


def check(store: Store, on_progress: OnProgress = lambda _done, _total: None) -> Report:
    """Look through everything there is; nothing is changed."""
    with store.transaction() as connection:
        total = sum(_count(connection, kind.query) for kind in _KINDS)
        broken, done = [*_in_database(connection), *_in_audit(connection)], 0
        for kind in _KINDS:
            for row in connection.execution_options(yield_per=_AT_ONCE).execute(kind.query):
                done += 1
                on_progress(done, total)
                if not _opens(connection, store, kind, row):
                    broken.append(f"{kind.name(row)} does not open with its key, so it was damaged or changed")
        return Report(done, audit.head(connection), tuple(broken))


def _count(connection: Connection, query: Select[*tuple[Any, ...]]) -> int:
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar() or 0


def _in_database(connection: Connection) -> Iterator[str]:
    """Ask SQLite whether its file is whole; PostgreSQL looks after its own, and after what refers to what."""
    if connection.dialect.name != "sqlite":
        return
    told = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    yield from (f"the database: {line}" for line in told if line != "ok")
    for table, _, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"a row of {table} belongs to a row of {parent} that is not there"


def _in_audit(connection: Connection) -> Iterator[str]:
    number = audit.first_broken(connection)
    if number is not None:
        yield f"entry {number} of the audit was changed, or one before it is missing"


def _opens(connection: Connection, store: Store, kind: _Kind, row: _Row) -> bool:
    try:
        cipher = data_keys.cipher_of(connection, store.vault, kind.owner(row))
        if cipher is None:
            return False
        kind.open(row, cipher)
    except (InputError, ValueError, KeyError, TypeError):  # it opens to something that was never written
        return False
    return True


def _open_event(row: _Row, cipher: Cipher) -> object:
    return opened_event(row.number, row.sealed, row.session_id, SessionKey(row.person_id, cipher))


def _open_signals(row: _Row, cipher: Cipher) -> object:
    return unpack_signals(opened_chunk(row.start_ms, row.sealed, row.session_id, SessionKey(row.person_id, cipher)))


_KINDS = (
    _Kind(
        select(person).where(person.c.sealed.is_not(None)).order_by(person.c.id),
        lambda row: str(row.id),
        lambda row, cipher: cipher.open(row.sealed, "person", row.id).decode(),
        lambda row: f"the name of person {row.id}",
    ),
    _Kind(
        select(session).order_by(session.c.person_id, session.c.id),
        lambda row: str(row.person_id),
        lambda row, cipher: opened_session(dict(row._mapping), cipher),
        lambda row: f"session {row.id}",
    ),
    _Kind(
        select(event, session.c.person_id).join_from(event, session).order_by(event.c.session_id, event.c.number),
        lambda row: str(row.person_id),
        _open_event,
        lambda row: f"event {row.number} of session {row.session_id}",
    ),
    _Kind(
        select(signal, session.c.person_id).join_from(signal, session).order_by(signal.c.session_id, signal.c.start_ms),
        lambda row: str(row.person_id),
        _open_signals,
        lambda row: f"a stretch of signals of session {row.session_id}",
    ),
    _Kind(
        select(entry).order_by(entry.c.person_id, entry.c.number),
        lambda row: str(row.person_id),
        opened_entry,
        lambda row: f"entry {row.number} in the diary of person {row.person_id}",
    ),
    _Kind(
        select(summary).order_by(summary.c.person_id),
        lambda row: str(row.person_id),
        lambda row, cipher: cipher.open(row.sealed, "summary", row.person_id, row.upto),
        lambda row: f"the summary of person {row.person_id}",
    ),
    _Kind(
        select(account).where(account.c.totp_sealed.is_not(None)).order_by(account.c.id),
        lambda _: data_keys.PROGRAM,
        lambda row, cipher: opened_totp(row.id, row.totp_sealed, cipher),
        lambda row: f"the secret for codes of account {row.id}",
    ),
)
