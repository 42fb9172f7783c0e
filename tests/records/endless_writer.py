"""A process of its own that records until it is killed, and tells what it appended and what was flushed."""

import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from openlumbar.records.journal import Journal
from openlumbar.records.store import EventRow, Store
from records.made import make_signals

PACE_S = 0.002

Told = tuple[str, int, float]
"""`("appended", number, when in s)`, `("flushed", number, 0)` or what stood in the way of flushing."""


def write(path: Path, session_id: str, count: int, flush_every: int, told: Connection) -> None:
    """Append `count` events and every tenth time signals, flush after every so many (0: never), tell of each."""
    store = Store.open(path)
    journal, never = Journal(store), threading.Event()
    tell: Callable[[Told], None] = told.send
    for number in range(count):
        now_s = time.monotonic()
        journal.append(session_id, EventRow(number, now_s, "cue", {"text": "x" * (number % 700)}))
        if number % 10 == 0:
            journal.append_signals(session_id, make_signals(float(number)))
        tell(("appended", number, now_s))
        if flush_every and number % flush_every == flush_every - 1:
            trouble = journal.flush()
            tell((trouble.code if trouble else "flushed", number, 0.0))
        never.wait(PACE_S)
    journal.close()
    store.close()
