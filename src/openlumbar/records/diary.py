"""The diary: what a person, or somebody for them, wrote down, entry by entry; nothing in it is ever changed.

What is taken back is left out from then on, by an entry that says so.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any, cast

from sqlalchemy import Connection, Row, String, and_, func, select
from sqlalchemy import cast as sql_cast

from openlumbar.records import data_keys
from openlumbar.records.database import WRITING
from openlumbar.records.json_text import from_json, to_json
from openlumbar.records.people import hold, unknown_person
from openlumbar.records.sealed_entries import (
    DiaryEntry,
    Draft,
    EntryKind,
    EntryRow,
    opened_entries,
    sealed_entries,
)
from openlumbar.records.store import Store, insert_for
from openlumbar.records.tables import data_key, entry, person, summary
from openlumbar.records.vault import Wrapped

__all__ = ["ENTRIES_KEPT", "PEOPLE_KEPT", "Diary", "DiaryEntry", "Draft", "EntryKind", "Summary"]

_COLUMNS = (
    data_key.c.version,
    data_key.c.wrapped,
    entry.c.number,
    entry.c.kind,
    sql_cast(
        entry.c.day, String
    ),  # as text: the drivers take most of the time of reading to make days and moments of it
    sql_cast(entry.c.at, String),
    entry.c.by,
    entry.c.sealed,
)

PEOPLE_KEPT, ENTRIES_KEPT = 64, 60_000
"""People whose diaries stay decoded in memory, those who were looked at last, and the entries of all of them.

An entry takes about 2 kB; and the more there are, the longer the program stands still when Python looks for garbage.
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was worked out of a diary up to entry `upto`; stale when `newest` is beyond it. `data` None: nothing yet."""

    upto: int
    newest: int
    data: Mapping[str, Any] | None


@dataclass(slots=True)
class _Read:
    """A diary as far as it was read, with the key it was opened with; what was withdrawn is left out."""

    wrapped: Wrapped
    newest: int = 0
    entries: tuple[DiaryEntry, ...] = ()

    def take(self, found: Iterable[DiaryEntry]) -> None:
        """Add what is newer; another thread may have taken some of it already."""
        newer = [each for each in found if each.number > self.newest]
        if newer:
            withdrawn = {each.data["number"] for each in newer if each.kind == "withdrawn"}
            kept = (each for each in newer if each.kind != "withdrawn")
            self.newest = newer[-1].number
            self.entries = tuple(each for each in (*self.entries, *kept) if each.number not in withdrawn)


class Diary:
    """The diaries in a store; make one for each store, for it keeps what it read."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store
        self._read: OrderedDict[str, _Read] = OrderedDict()
        self._lock = Lock()

    def write(self, person_id: str, *drafts: Draft) -> tuple[DiaryEntry, ...]:
        """Write entries into a person's diary, in this order, all of them or none.

        Raises:
            InputError: when there is no such person.
            ValueError: when a moment has no time zone.
        """
        with self._store.transaction(WRITING) as connection:
            return self._write(connection, person_id, drafts)

    def read(
        self, person_id: str, kinds: Collection[EntryKind] | None = None, *, since: date | None = None
    ) -> tuple[DiaryEntry, ...]:
        """Return a person's entries in the order of writing, of some kinds, about `since` or a later day.

        What was withdrawn is left out; a person who is not known has no entries.
        """
        entries = self._all(person_id)
        if kinds is None and since is None:
            return entries
        return tuple(
            found
            for found in entries
            if (kinds is None or found.kind in kinds) and (since is None or found.day >= since)
        )

    def everything(self, person_id: str) -> tuple[DiaryEntry, ...]:
        """Return all that was ever written, what was withdrawn and that it was included."""
        wrapped, rows = self._newer(person_id, 0, None)
        return tuple(self._opened(person_id, wrapped, rows)) if wrapped else ()

    def withdraw(self, person_id: str, number: int, at: datetime, by: str | None = None) -> bool:
        """Take an entry back, by another that says so; False when there is no such entry, or no more."""
        draft = Draft("withdrawn", {"number": number}, at.date(), at, by)
        with self._store.transaction(WRITING) as connection:
            if not hold(connection, person_id):
                return False
            if all(found.number != number for found in self._all(person_id, connection)):
                return False
            self._write(connection, person_id, [draft])
        return True

    def latest(self, person_id: str) -> int:
        """Return the number of a person's newest entry; 0 when there is none."""
        with self._store.transaction() as connection:
            return _newest(connection, person_id)

    def summaries(self, person_ids: Collection[str]) -> Mapping[str, Summary]:
        """Return what is kept of the diaries of those of these people who are known."""
        newest = select(func.coalesce(func.max(entry.c.number), 0)).where(entry.c.person_id == person.c.id)
        query = (
            select(
                person.c.id,
                summary.c.upto,
                summary.c.sealed,
                data_key.c.version,
                data_key.c.wrapped,
                newest.scalar_subquery().label("newest"),
            )
            .select_from(
                person.outerjoin(summary, summary.c.person_id == person.c.id).outerjoin(
                    data_key, data_key.c.id == person.c.id
                )
            )
            .where(person.c.id.in_(list(person_ids)), person.c.erased_at.is_(None))
        )
        with self._store.transaction() as connection:
            return {row.id: self._summary(row) for row in connection.execute(query)}

    def keep_summary(self, person_id: str, upto: int, data: Mapping[str, Any]) -> None:
        """Keep what was worked out of a diary up to an entry; one worked out of more of it stays."""
        with self._store.transaction(WRITING) as connection:
            if not hold(connection, person_id):
                raise unknown_person(person_id)
            cipher = data_keys.sealing_for(connection, self._store.vault, person_id)
            sealed = cipher.seal(to_json(data), "summary", person_id, upto)
            insert = insert_for(connection, summary).values(person_id=person_id, upto=upto, sealed=sealed)
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["person_id"],
                    set_={"upto": insert.excluded.upto, "sealed": insert.excluded.sealed},
                    where=summary.c.upto <= insert.excluded.upto,
                )
            )

    def _write(self, connection: Connection, person_id: str, drafts: Sequence[Draft]) -> tuple[DiaryEntry, ...]:
        if not hold(connection, person_id):
            raise unknown_person(person_id)
        cipher = data_keys.sealing_for(connection, self._store.vault, person_id)
        rows = sealed_entries(drafts, person_id, _newest(connection, person_id) + 1, cipher)
        if rows:
            values = [
                {"person_id": person_id, "number": row[0], "kind": row[1], "day": draft.day, "at": draft.at}
                | {"by": row[4], "sealed": row[5]}
                for draft, row in zip(drafts, rows, strict=True)
            ]
            connection.execute(entry.insert(), values)
        return tuple(opened_entries(rows, person_id, cipher))

    def _all(self, person_id: str, connection: Connection | None = None) -> tuple[DiaryEntry, ...]:
        """Return everything that is not withdrawn; of the database only what is newer than what was read before."""
        with self._lock:
            known = self._read.get(person_id)
        wrapped, rows = self._newer(person_id, known.newest if known else 0, connection)
        if known and wrapped != known.wrapped:  # erased, or sealed anew
            known = None
            wrapped, rows = self._newer(person_id, 0, connection)
        newer = self._opened(person_id, wrapped, rows) if wrapped else []
        with self._lock:
            if wrapped is None:
                self._read.pop(person_id, None)
                return ()
            read = known or _Read(wrapped)
            read.take(newer)
            self._read[person_id] = read
            self._read.move_to_end(person_id)
            self._forget()
            return read.entries

    def _forget(self) -> None:
        """Forget who was not looked at for longest, but not the last one."""
        entries = sum(len(read.entries) for read in self._read.values())
        while len(self._read) > PEOPLE_KEPT or (entries > ENTRIES_KEPT and len(self._read) > 1):
            entries -= len(self._read.popitem(last=False)[1].entries)

    def _newer(
        self, person_id: str, after: int, connection: Connection | None
    ) -> tuple[Wrapped | None, Sequence[EntryRow]]:
        """Read the person's key, None where there is none, and the entries after one; it is one query."""
        if connection is None:
            with self._store.transaction() as own:
                return self._newer(person_id, after, own)
        newer = and_(entry.c.person_id == data_key.c.id, entry.c.number > after)
        query = select(*_COLUMNS).select_from(data_key.outerjoin(entry, newer))
        rows = connection.execute(query.where(data_key.c.id == person_id).order_by(entry.c.number)).all()
        if not rows:
            return None, ()
        entries = cast(Sequence[EntryRow], [row[2:] for row in rows])
        return Wrapped(rows[0].version, rows[0].wrapped), () if rows[0].number is None else entries

    def _opened(self, person_id: str, wrapped: Wrapped, rows: Sequence[EntryRow]) -> list[DiaryEntry]:
        return opened_entries(rows, person_id, self._store.vault.cipher(person_id, wrapped))

    def _summary(self, row: Row[*tuple[Any, ...]]) -> Summary:
        if row.sealed is None:
            return Summary(0, row.newest, None)
        cipher = self._store.vault.cipher(row.id, _wrapped(row))
        return Summary(row.upto, row.newest, from_json(cipher.open(row.sealed, "summary", row.id, row.upto)))


def _wrapped(row: Row[*tuple[Any, ...]]) -> Wrapped:
    return Wrapped(row.version, row.wrapped)


def _newest(connection: Connection, person_id: str) -> int:
    query = select(func.max(entry.c.number)).where(entry.c.person_id == person_id)
    return connection.execute(query).scalar() or 0
