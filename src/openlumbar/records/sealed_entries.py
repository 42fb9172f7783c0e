"""Entries of a diary: as they are written, as they are read, and as the rows that they are sealed in.

A page opens thousands of them at once, so they are opened together: their texts are read as one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import Any, Literal

from sqlalchemy import Row

from openlumbar.records.json_text import from_json, to_json
from openlumbar.records.vault import Cipher

EntryKind = Literal[
    "profile", "answers", "pain", "painkiller", "set", "programme", "clearance", "unlock", "lock", "lock_lifted",
    "note", "medicine", "medicine_questions", "intake", "outcome", "reminders", "acknowledgement", "consent",
    "withdrawn",
]  # fmt: skip

EntryRow = tuple[int, EntryKind, str, str, str | None, bytes]
"""Number, kind, day, moment, by, sealed; day and moment as ISO 8601 has them, a moment without offset is in UTC."""


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


def sealed_entries(drafts: Iterable[Draft], person_id: str, first: int, cipher: Cipher) -> list[EntryRow]:
    """Seal drafts for the rows of a person's diary, numbered from `first`.

    Raises:
        ValueError: when a moment has no time zone.
    """
    return [_sealed(draft, person_id, number, cipher) for number, draft in enumerate(drafts, first)]


def opened_entries(rows: Iterable[EntryRow], person_id: str, cipher: Cipher) -> list[DiaryEntry]:
    """Open rows of a person's diary.

    Raises:
        SealBrokenError: when one does not open with its key.
    """
    rows = list(rows)
    texts = [cipher.open(row[5], "entry", *_place(person_id, row[0], row[1], row[2])) for row in rows]
    told = from_json(b"[" + b",".join(texts) + b"]")
    return [
        DiaryEntry(number, kind, hidden["data"], _day(day), _local(at, hidden["offset_s"]), by)
        for (number, kind, day, at, by, _), hidden in zip(rows, told, strict=True)
    ]


def opened_entry(row: Row[*tuple[Any, ...]], cipher: Cipher) -> DiaryEntry:
    """Open a row of the table of entries.

    Raises:
        SealBrokenError: when it does not open with its key.
    """
    texts = (row.day.isoformat(), row.at.isoformat())
    return opened_entries([(row.number, row.kind, *texts, row.by, row.sealed)], row.person_id, cipher)[0]


def _sealed(draft: Draft, person_id: str, number: int, cipher: Cipher) -> EntryRow:
    offset = draft.at.utcoffset()
    if offset is None:
        raise ValueError(f"{draft.at} has no time zone")
    hidden = to_json({"data": draft.data, "offset_s": round(offset.total_seconds())})
    day = draft.day.isoformat()
    sealed = cipher.seal(hidden, "entry", *_place(person_id, number, draft.kind, day))
    return number, draft.kind, day, draft.at.astimezone(UTC).isoformat(), draft.by, sealed


def _place(person_id: str, number: int, kind: str, day: str) -> tuple[str | int, ...]:
    return person_id, number, kind, day


def _local(at: str, offset_s: int) -> datetime:
    moment = datetime.fromisoformat(at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(_zone(offset_s))


@lru_cache(maxsize=1024)
def _day(day: str) -> date:
    return date.fromisoformat(day)


@cache
def _zone(offset_s: int) -> timezone:
    return timezone(timedelta(seconds=offset_s))
