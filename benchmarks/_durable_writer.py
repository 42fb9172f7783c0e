"""A process of its own that writes events and diary entries until it is killed, and tells what was acknowledged."""

import os
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import alembic.command  # noqa: F401 - read before the processes are forked

from openlumbar.records.diary import Diary, Draft
from openlumbar.records.journal import Journal
from openlumbar.records.people import SELF
from openlumbar.records.store import EventRow, Store
from openlumbar.records.trouble import StoreError
from openlumbar.records.vault import Vault

Told = tuple[str, str, int]
"""What was acknowledged: `("event", session, highest number)` or `("entry", text, number)`.

Besides `("session", id, 0)` when it was begun, `("trouble", code, 0)`.
"""

_SIZES = 700


def text_of(run: int, number: int) -> str:
    """Make up what an event or entry says, so that another's is told apart."""
    return f"{run}/{number}/" + "x" * (number * 37 % _SIZES)


def write(where: str, key: Path, run: int, flush_every: int, told: Connection) -> None:
    """Append events and write entries without end; flush after every so many events; tell what was acknowledged."""
    store = Store.open(where, Vault.in_file(key))
    journal, diary = Journal(store), Diary(store)
    row = store.create(exercise="bridge", level="L2", source="camera", language="en", plan={"run": run})
    told.send(("session", row.id, 0))
    number = 0
    while os.getppid() != 1:
        try:
            number = _round(journal, diary, row.id, run, number, flush_every, told)
        except StoreError as error:
            told.send(("trouble", error.code, 0))


def _round(
    journal: Journal, diary: Diary, session_id: str, run: int, number: int, flush_every: int, told: Connection
) -> int:
    for _ in range(flush_every):
        journal.append(session_id, EventRow(number, number / 30, "cue", {"text": text_of(run, number)}))
        number += 1
    trouble = journal.flush()
    told.send(("trouble", trouble.code, 0) if trouble else ("event", session_id, number - 1))
    now = datetime.now(UTC)
    drafts = [Draft("note", {"text": text_of(run, number + part)}, now.date(), now) for part in range(1 + number % 3)]
    for entry in diary.write(SELF, *drafts):
        told.send(("entry", str(entry.data["text"]), entry.number))
    return number
