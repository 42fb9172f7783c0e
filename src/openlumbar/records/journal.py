"""The journal: writes what happens in live sessions down behind their back, so that an event loop never waits.

A thread of its own takes what was appended and commits it a quarter of a second later at the latest. What cannot be
written waits and is tried again; what stands in the way is told by `Journal.trouble`.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from threading import Condition, Lock, Thread

from openlumbar.kinematics.signals import Signals
from openlumbar.records.store import Entry, EventRow, Store
from openlumbar.records.trouble import StoreError, Trouble, TroubleCode

COMMIT_AFTER_S = 0.25
"""The longest that something appended waits for its commit to begin (product: a crash loses a second at most)."""

RETRY_AFTER_S = 1.0
"""Pause before what could not be written is tried again."""

MOST_WAITING = 50_000
"""Entries kept while they cannot be written, about 100 MB: five minutes of a hundred sessions (product)."""

_AT_ONCE = 200
"""Entries in one transaction: few, so that others get their turn between two."""


class Journal:
    """Appends to the store from a thread of its own.

    Every method may be called from any thread; `append` and `append_signals` return at once, `flush` and `close` wait.
    """

    def __init__(self, store: Store, most_waiting: int = MOST_WAITING) -> None:
        """Start the thread; beyond `most_waiting` entries the newest are not taken, signals from half of it on."""
        self._store, self._most_waiting = store, most_waiting
        self._lock = Lock()
        self._changed = Condition(self._lock)
        self._waiting: deque[Entry] = deque()
        self._taken = self._settled = self._lost = 0
        self._round = self._failed_round = 0
        self._code: TroubleCode | None = None
        self._is_hurried = self._is_closing = self._has_ended = False
        self._thread = Thread(target=self._run, name="openlumbar-journal", daemon=True)
        self._thread.start()

    def append(self, session_id: str, event: EventRow) -> bool:
        """Hand an event over, which must not be changed afterwards; False when it is lost, as `trouble` then tells."""
        return self._take((session_id, event), self._most_waiting)

    def append_signals(self, session_id: str, signals: Signals) -> bool:
        """Hand a run of signals over, likewise; they give way before events do."""
        return self._take((session_id, signals), self._most_waiting // 2)

    def flush(self) -> Trouble | None:
        """Write at once what was appended so far, and wait for it; return what stands in the way."""
        with self._changed:
            goal, asked_in = self._taken, self._round
            self._is_hurried = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._settled >= goal or self._failed_round > asked_in or self._has_ended)
        return self.trouble

    def close(self) -> Trouble | None:
        """Write what waits, try that once, and stop; return what stood in the way."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join()
        return self.trouble

    @property
    def trouble(self) -> Trouble | None:
        """What stands in the way of saving just now, or that something is lost for good; None when all is well."""
        with self._changed:
            code = self._code or ("lost" if self._lost else None)
            return Trouble(code, len(self._waiting), self._lost) if code else None

    def _take(self, entry: Entry, most_waiting: int) -> bool:
        with self._lock:
            if len(self._waiting) >= most_waiting or self._is_closing:
                self._lost += 1
                return False
            self._waiting.append(entry)
            self._taken += 1
            if len(self._waiting) == 1:
                self._changed.notify_all()
            return True

    def _run(self) -> None:
        pause_s = COMMIT_AFTER_S
        try:
            while self._wait(pause_s):
                pause_s = COMMIT_AFTER_S if self._write() else RETRY_AFTER_S
            self._write()
        finally:
            with self._changed:
                self._is_closing = self._has_ended = True
                if self._waiting:
                    self._code = self._code or "failed"
                self._changed.notify_all()

    def _wait(self, pause_s: float) -> bool:
        """Wait until it is time to write; False when it is time to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_hurried or self._is_closing)
            self._changed.wait_for(lambda: self._is_hurried or self._is_closing, pause_s)
            return not self._is_closing

    def _write(self) -> bool:
        """Write what waits by now, in small transactions; tell whether that went well."""
        with self._changed:
            self._is_hurried = False
            self._round += 1
            goal = self._taken
        size = _AT_ONCE
        while batch := self._batch(min(size, goal - self._settled)):
            try:
                self._store.append_all(batch)
            except StoreError as error:
                self._note_failure(error.code)
                return False
            except Exception:  # noqa: BLE001 - one entry that can never be stored must not hold up or lose the others
                if len(batch) == 1:
                    self._settle(1, lost=1)
                size = 1
            else:
                self._settle(len(batch))
        return True

    def _batch(self, size: int) -> Sequence[Entry]:
        with self._changed:
            return list(islice(self._waiting, size))

    def _settle(self, count: int, lost: int = 0) -> None:
        with self._changed:
            for _ in range(count):
                self._waiting.popleft()
            self._settled += count
            self._lost += lost
            self._code = None
            self._changed.notify_all()

    def _note_failure(self, code: TroubleCode) -> None:
        with self._changed:
            self._code = code
            self._failed_round = self._round
            self._changed.notify_all()
