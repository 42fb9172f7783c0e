"""A diary in memory for tests of what reads one: entries in order of writing, withdrawn ones left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """One entry as the real diary gives it."""

    number: int
    kind: str
    data: Mapping[str, Any]
    day: date
    at: datetime
    by: str | None = None


@dataclass
class WrittenDiary:
    """Entries of one person; days and times are those of `now` unless said otherwise."""

    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    entries: list[WrittenEntry] = field(default_factory=list)
    written: int = 0

    def write(self, kind: str, data: Mapping[str, Any], *, at: datetime | None = None, day: date | None = None) -> int:
        at = at or self.now
        self.written += 1
        self.entries.append(WrittenEntry(self.written, kind, data, day or at.date(), at))
        return self.written

    def withdraw(self, number: int) -> None:
        self.entries = [entry for entry in self.entries if entry.number != number]
