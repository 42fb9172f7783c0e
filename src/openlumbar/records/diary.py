"""The diary: what a person, or somebody for them, wrote down, entry by entry; nothing in it is ever changed.

What is taken back is left out from then on, by an entry that says so.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from threading import Lock
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, func, select

from openlumbar.records import data_keys
from openlumbar.records.database import WRITING
from openlumbar.records.json_text import from_json, to_json
from openlumbar.records.people import hold, unknown_person
from openlumbar.records.store import Store, insert_for
from openlumbar.records.tables import data_key, entry, person, summary
from openlumbar.records.vault import Cipher, Wrapped

EntryKind = Literal[
    "profile", "answers", "pain", "painkiller", "set", "programme", "clearance", "unlock", "lock", "lock_lifted",
    "note", "medicine", "medicine_questions", "intake", "outcome", "reminders", "acknowledgement", "consent",
    "withdrawn",
]  # fmt: skip

PEOPLE_KEPT = 64
"""People whose diaries stay decoded in memory: those who were looked at last."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be written; `day` is the day it is about, `by` the account that writes it, None the person."""

    kind: EntryKind
    data: Mapping[str, Any]
    day: date
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """An entry as it was written; `number` counts a person's entries from 1, `at` keeps the offset it was told with."""

    number: int
    kind: EntryKind
    data: Mapping[str, Any]
    day: date
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What was worked out of a diary up to entry `upto`; stale when `newest` is beyond it. `data` None: nothing yet."""

    upto: int
    newest: int
    data: Mapping[str, Any] | None


@dataclass(slots=True)
class _Read:
    """A diary as far as it was read, with the key it was opened with."""

    wrapped: Wrapped
    newest: int = 0
    entries: dict[int, DiaryEntry] = field(default_factory=dict)


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
        return tuple(
            found
            for found in self._all(person_id)
            if (kinds is None or found.kind in kinds) and (since is None or found.day >= since)
        )

    def everything(self, person_id: str) -> tuple[DiaryEntry, ...]:
        """Return all that was ever written, what was withdrawn and that it was included."""
        rows = [row for row in self._newer(person_id, 0, None) if row.number is not None]
        cipher = self._store.vault.cipher(person_id, _wrapped(rows[0])) if rows else None
        return tuple(opened_entry(row._mapping, person_id, cipher) for row in rows if cipher is not None)

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

    def _write(self, connection: Connection, person_id: str, drafts: Iterable[Draft]) -> tuple[DiaryEntry, ...]:
        if not hold(connection, person_id):
            raise unknown_person(person_id)
        cipher = data_keys.sealing_for(connection, self._store.vault, person_id)
        first = _newest(connection, person_id) + 1
        rows = [_sealed(draft, person_id, number, cipher) for number, draft in enumerate(drafts, first)]
        if rows:
            connection.execute(entry.insert(), rows)
        return tuple(opened_entry(row, person_id, cipher) for row in rows)

    def _all(self, person_id: str, connection: Connection | None = None) -> list[DiaryEntry]:
        """Return everything that is not withdrawn; of the database only what is newer than what was read before."""
        with self._lock:
            known = self._read.get(person_id)
        after = known.newest if known else 0
        rows = self._newer(person_id, after, connection)
        if known and (not rows or _wrapped(rows[0]) != known.wrapped):  # erased, or sealed anew
            known, rows = None, self._newer(person_id, 0, connection)
        with self._lock:
            if not rows:
                self._read.pop(person_id, None)
                return []
            read = known or _Read(_wrapped(rows[0]))
            self._take(read, person_id, rows)
            self._read[person_id] = read
            self._read.move_to_end(person_id)
            while len(self._read) > PEOPLE_KEPT:
                self._read.popitem(last=False)
            return list(read.entries.values())

    def _take(self, read: _Read, person_id: str, rows: Iterable[Row[*tuple[Any, ...]]]) -> None:
        cipher = self._store.vault.cipher(person_id, read.wrapped)
        for row in rows:
            if row.number is None or row.number <= read.newest:  # another thread took it already
                continue
            found = opened_entry(row._mapping, person_id, cipher)
            if found.kind == "withdrawn":
                read.entries.pop(found.data["number"], None)
            else:
                read.entries[found.number] = found
            read.newest = found.number

    def _newer(self, person_id: str, after: int, connection: Connection | None) -> list[Row[*tuple[Any, ...]]]:
        """Read the entries after one, each with the person's key; a single row without entry when there are none."""
        newer = and_(entry.c.person_id == data_key.c.id, entry.c.number > after)
        query = select(data_key.c.version, data_key.c.wrapped, entry).select_from(data_key.outerjoin(entry, newer))
        query = query.where(data_key.c.id == person_id).order_by(entry.c.number)
        if connection is not None:
            return list(connection.execute(query))
        with self._store.transaction() as own:
            return list(own.execute(query))

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


def _sealed(draft: Draft, person_id: str, number: int, cipher: Cipher) -> dict[str, Any]:
    offset = draft.at.utcoffset()
    if offset is None:
        raise ValueError(f"{draft.at} has no time zone")
    hidden = to_json({"data": draft.data, "offset_s": round(offset.total_seconds())})
    place = ("entry", person_id, number, draft.kind, draft.day.isoformat())
    return {
        "person_id": person_id,
        "number": number,
        "kind": draft.kind,
        "day": draft.day,
        "at": draft.at,
        "by": draft.by,
        "sealed": cipher.seal(hidden, *place),
    }


def opened_entry(row: Mapping[str, Any] | Any, person_id: str, cipher: Cipher) -> DiaryEntry:
    """Open an entry's row.

    Raises:
        SealBrokenError: when it does not open with its key.
    """
    place = ("entry", person_id, row["number"], row["kind"], row["day"].isoformat())
    hidden = from_json(cipher.open(row["sealed"], *place))
    at = row["at"].astimezone(_zone(hidden["offset_s"]))
    return DiaryEntry(row["number"], row["kind"], hidden["data"], row["day"], at, row["by"])


@lru_cache(maxsize=64)
def _zone(offset_s: int) -> timezone:
    return timezone(timedelta(seconds=offset_s))
