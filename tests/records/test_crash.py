"""A program that is killed while it records, and two that record at once: real processes, one file."""

import os
import random
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from openlumbar.records.store import Store
from records.endless_writer import Told, write
from records.made import begin
from records.processes import PROCESSES

LOST_AT_MOST_S = 1.0
"""What a killed program may lose: the last second (issue: the live coach)."""

KILLS = int(os.environ.get("OPENLUMBAR_KILLS", "10"))
ENDLESS = 10**9


pytestmark = pytest.mark.usefixtures("ready_to_fork")


class Writer:
    """A process that records, and what it told until it ended."""

    def __init__(self, path: Path, session_id: str, count: int, flush_every: int) -> None:
        hears, tells = PROCESSES.Pipe(duplex=False)
        self._hears: Connection = hears
        self.process: BaseProcess = PROCESSES.Process(
            target=write, args=(path, session_id, count, flush_every, tells), daemon=True
        )
        self.process.start()
        tells.close()  # so that its end is heard
        self.told: list[Told] = []

    def listen(self, count: int | None = None) -> None:
        """Take in what it tells, so much of it or all."""
        with suppress(EOFError, OSError):  # of a message that was being sent only a part may come
            while count is None or len(self.told) < count:
                self.told.append(self._hears.recv())

    def end(self) -> int | None:
        """Listen to the end; return the exit code."""
        self.listen()
        self._hears.close()
        self.process.join()
        code = self.process.exitcode
        self.process.close()
        return code


def numbers_in(path: Path, session_id: str) -> list[int]:
    with closing(Store.open(path)) as store:
        return [event.number for event in store.events(session_id)]


@pytest.fixture
def session_id(path: Path) -> str:
    with closing(Store.open(path)) as store:
        return begin(store).id


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_kill_loses_nothing_flushed_and_no_more_than_the_last_second(path: Path, session_id: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    flush_every = chance.choice([0, 1, 7, 50])
    writer = Writer(path, session_id, ENDLESS, flush_every)
    writer.listen(chance.randint(1, 300) if flush_every else chance.randint(550, 700))
    writer.process.kill()
    assert writer.end() == -9
    appended = {number: at_s for what, number, at_s in writer.told if what == "appended"}
    flushed = max((number for what, number, _ in writer.told if what == "flushed"), default=-1)
    assert {what for what, _, _ in writer.told} <= {"appended", "flushed"}
    assert flush_every == 0 or len(writer.told) < flush_every or flushed >= 0
    old_enough = [number for number, at_s in appended.items() if at_s < max(appended.values()) - LOST_AT_MOST_S]
    assert flush_every or old_enough
    with closing(Store.open(path)) as store:
        with store.engine.begin() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        numbers = [event.number for event in store.events(session_id)]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) > max([flushed, *old_enough])
        assert len(store.signals(session_id)) >= 10 * (flushed // 10 + 1)


def test_a_session_goes_on_after_a_kill(path: Path, session_id: str) -> None:
    first = Writer(path, session_id, ENDLESS, flush_every=5)
    first.listen(30)
    first.process.kill()
    first.end()
    second = Writer(path, session_id, 60, flush_every=0)  # begins with the first event again
    assert second.end() == 0
    assert numbers_in(path, session_id) == list(range(max(60, 1 + max(numbers_in(path, session_id)))))


def test_two_programs_may_record_at_once(path: Path, session_id: str) -> None:
    with closing(Store.open(path)) as store:
        own = [begin(store).id for _ in range(2)]
    writers = [
        Writer(path, id_, 60, flush_every) for id_, flush_every in zip((session_id, *own), (3, 7, 3), strict=True)
    ]
    writers.append(Writer(path, session_id, 60, flush_every=5))  # the same events once more
    assert [writer.end() for writer in writers] == [0] * 4
    assert {what for writer in writers for what, _, _ in writer.told} == {"appended", "flushed"}
    for id_ in (session_id, *own):
        assert numbers_in(path, id_) == list(range(60))
