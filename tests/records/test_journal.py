import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event as sqlalchemy_event

from openlumbar.records.journal import COMMIT_AFTER_S, Journal
from openlumbar.records.store import Entry, EventRow, Store
from openlumbar.records.trouble import StoreError, Trouble
from records.made import begin, make_signals

LONG_S = 20.0
"""How long a test waits for another thread before it fails."""


@pytest.fixture
def journal(store: Store) -> Iterator[Journal]:
    with closing(Journal(store)) as journal:
        yield journal


class Quota:
    """A disk that is full when told so: SQLite may then take no page more."""

    def __init__(self, store: Store) -> None:
        self.is_full = False
        sqlalchemy_event.listen(store.engine, "checkout", self._limit)

    def _limit(self, connection: sqlite3.Connection, *_: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0] if self.is_full else 2**30
        connection.execute(f"PRAGMA max_page_count = {pages:d}")


class Gate:
    """A store whose writing waits until it is let through."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_come, self.is_open = threading.Event(), threading.Event()
        self._append_all = store.append_all
        monkeypatch.setattr(store, "append_all", self._wait)

    def _wait(self, entries: list[Entry]) -> None:
        self.has_come.set()
        assert self.is_open.wait(LONG_S)
        self._append_all(entries)


def events(*numbers: int, size: int = 10) -> list[EventRow]:
    return [EventRow(number, number / 10, "cue", {"text": "x" * size}) for number in numbers]


def numbers_in(store: Store, session_id: str) -> list[int]:
    return [event.number for event in store.events(session_id)]


def test_what_was_appended_is_stored_after_a_flush(store: Store, journal: Journal) -> None:
    row, other = begin(store), begin(store)
    for number in range(450):
        assert journal.append(row.id, EventRow(number, 1.0, "cue", {"text": "慢"}))
    assert journal.append_signals(other.id, make_signals())
    assert journal.flush() is None
    assert numbers_in(store, row.id) == list(range(450))
    np.testing.assert_array_equal(store.signals(other.id).time_s, make_signals().time_s)


def test_what_was_appended_is_stored_by_itself_soon(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, stored = begin(store), threading.Event()
    append_all = store.append_all

    def append_and_tell(entries: list[Entry]) -> None:
        append_all(entries)
        stored.set()

    monkeypatch.setattr(store, "append_all", append_and_tell)
    journal.append(row.id, EventRow(0, 1.0, "cue"))
    assert stored.wait(LONG_S)
    assert numbers_in(store, row.id) == [0]
    assert COMMIT_AFTER_S <= 0.25


def test_appending_never_waits_for_the_disk(store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    row, gate = begin(store), Gate(store, monkeypatch)
    journal.append(row.id, EventRow(0, 1.0, "cue"))
    assert gate.has_come.wait(LONG_S)
    for event in events(*range(1, 100)):
        assert journal.append(row.id, event)  # the writer hangs meanwhile
    gate.is_open.set()
    assert journal.flush() is None
    assert numbers_in(store, row.id) == list(range(100))


def test_a_flush_waits_only_for_what_came_before_it(store: Store, journal: Journal) -> None:
    assert journal.flush() is None
    row = begin(store)
    for number in range(30):
        journal.append(row.id, EventRow(number, 1.0, "cue"))
        assert journal.flush() is None
        assert numbers_in(store, row.id)[-1] == number


def test_many_threads_may_append_at_once(store: Store, journal: Journal) -> None:
    rows = [begin(store) for _ in range(4)]

    def append(session_id: str) -> None:
        for event in events(*range(300)):
            journal.append(session_id, event)

    threads = [threading.Thread(target=append, args=(row.id,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.flush() is None
    assert all(numbers_in(store, row.id) == list(range(300)) for row in rows)


def test_closing_writes_what_waits_and_nothing_is_taken_afterwards(store: Store) -> None:
    row, journal = begin(store), Journal(store)
    for event in events(*range(20)):
        journal.append(row.id, event)
    assert journal.close() is None
    assert numbers_in(store, row.id) == list(range(20))
    assert not journal.append(row.id, EventRow(20, 1.0, "cue"))
    assert journal.flush() == journal.close() == Trouble("lost", 0, 1)


def test_a_full_disk_is_told_and_made_up_for_when_there_is_room(file_store: Store) -> None:
    store, journal = file_store, Journal(file_store)
    row, quota = begin(store), Quota(store)
    for event in events(0, 1):
        journal.append(row.id, event)
    assert journal.flush() is None
    quota.is_full = True
    for event in events(*range(2, 50), size=9000):
        assert journal.append(row.id, event)
    assert journal.flush() == journal.trouble == Trouble("full", 48, 0)
    assert numbers_in(store, row.id) == [0, 1]
    with store.engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    quota.is_full = False
    assert journal.flush() is journal.trouble is None
    assert numbers_in(store, row.id) == list(range(50))
    journal.close()


def test_a_full_disk_does_not_keep_the_journal_from_closing(file_store: Store) -> None:
    store = file_store
    row, quota, journal = begin(store), Quota(store), Journal(store)
    quota.is_full = True
    for event in events(*range(10), size=9000):
        journal.append(row.id, event)
    assert journal.close() == Trouble("full", 10, 0)
    assert journal.flush() == Trouble("full", 10, 0)
    assert numbers_in(store, row.id) == []


def test_a_file_held_by_another_program_is_told_and_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlumbar.records.sqlite_file.BUSY_S", 0.01)
    with closing(Store.open(path)) as store, closing(Journal(store)) as journal:
        row = begin(store)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            journal.append(row.id, EventRow(0, 1.0, "cue"))
            assert journal.flush() == Trouble("locked", 1, 0)
            other.execute("ROLLBACK")
        assert journal.flush() is None
        assert numbers_in(store, row.id) == [0]


def test_what_failed_is_tried_again_by_itself(store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    row, tried, append_all = begin(store), [], store.append_all
    stored = threading.Event()

    def fail_twice(entries: list[Entry]) -> None:
        tried.append(len(entries))
        if len(tried) <= 2:
            raise StoreError("records.db", "failed")
        append_all(entries)
        stored.set()

    monkeypatch.setattr("openlumbar.records.journal.RETRY_AFTER_S", 0.01)
    monkeypatch.setattr(store, "append_all", fail_twice)
    journal.append(row.id, EventRow(0, 1.0, "cue"))
    assert stored.wait(LONG_S)
    assert tried == [1, 1, 1]
    assert journal.flush() is None


def test_what_can_never_be_stored_is_told_and_holds_nothing_up(store: Store, journal: Journal) -> None:
    row = begin(store)
    journal.append(row.id, EventRow(0, 1.0, "cue"))
    journal.append("nobody", EventRow(0, 1.0, "cue"))
    journal.append(row.id, EventRow(1, 1.0, "cue", {"not": {"json"}}))
    journal.append(row.id, EventRow(2, 1.0, "cue"))
    assert journal.flush() == Trouble("lost", 0, 2)
    assert numbers_in(store, row.id) == [0, 2]
    journal.append(row.id, EventRow(3, 1.0, "cue"))
    assert journal.flush() == Trouble("lost", 0, 2)  # what is lost stays lost
    assert numbers_in(store, row.id) == [0, 2, 3]


def test_memory_is_bounded_and_signals_give_way_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    row, gate = begin(store), Gate(store, monkeypatch)
    with closing(Journal(store, most_waiting=10)) as journal:
        taken = [journal.append(row.id, event) for event in events(*range(5))]
        refused = journal.append_signals(row.id, make_signals())
        taken += [journal.append(row.id, event) for event in events(*range(5, 12))]
        assert (taken, refused) == ([True] * 10 + [False] * 2, False)
        assert journal.trouble == Trouble("lost", 10, 3)
        gate.is_open.set()
        assert journal.flush() == Trouble("lost", 0, 3)
        assert numbers_in(store, row.id) == list(range(10))
        assert journal.append_signals(row.id, make_signals())
        journal.flush()
        assert len(store.signals(row.id)) == len(make_signals())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_writer_that_dies_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(_: object) -> None:
        raise SystemExit  # ends a thread without a word

    monkeypatch.setattr(store, "append_all", die)
    row, journal = begin(store), Journal(store)
    journal.append(row.id, EventRow(0, 1.0, "cue"))
    assert journal.flush() == Trouble("failed", 1, 0)
    assert not journal.append(row.id, EventRow(1, 1.0, "cue"))
    assert journal.close() == Trouble("failed", 1, 1)
