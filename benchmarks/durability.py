"""Claims: a program killed with -9, 200 times at random points, loses no acknowledged event; its records stay whole.

A process opens the records (store, journal and diary, as the server does), begins a session and streams events and
diary entries into them until it is killed, at a random moment from its first step on: while it opens them too. Then the
records are opened anew and held against what was acknowledged:

- an event is acknowledged when `Journal.flush` returned None after it was appended: the server says "saved" then;
- a diary entry is acknowledged when `Diary.write` returned it: the page is answered then.

Each is looked for with its whole text, which opens with its key alone; events must be numbered without a gap, entries
too. SQLite must find its file whole (`integrity_check`, `foreign_key_check`). With PostgreSQL the same process is
killed as often, and the server, with all its processes, a tenth as often while the process lives and tries again. A
kill of a program is not a power failure: after one the last half minute of SQLite's may be missing.

Run with `python -m benchmarks.durability`; `--kills` sets how often.
"""

import argparse
import json
import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks._durable_writer import Told, text_of, write
from benchmarks._postgresql import NoServerError, Server, running
from openlumbar.records.diary import Diary
from openlumbar.records.people import SELF
from openlumbar.records.store import Store
from openlumbar.records.vault import Vault

KILLS = 200
LONGEST_S = 0.6
"""The longest that a process lives after its first step."""

_AS_OFTEN = 10
_PROCESSES = multiprocessing.get_context("forkserver")


@dataclass
class Found:
    """What became of one database: lost and broken must stay 0."""

    database: str
    kills: int = 0
    kills_of_server: int = 0
    killed_while_opening: int = 0
    acknowledged_events: int = 0
    acknowledged_entries: int = 0
    lost_events: int = 0
    lost_entries: int = 0
    broken: int = 0


@dataclass
class Acknowledged:
    """All that was acknowledged in one database."""

    events: dict[str, tuple[int, int]] = field(default_factory=dict)
    entries: dict[int, str] = field(default_factory=dict)

    def take(self, told: list[Told], run: int) -> None:
        """Take in what a process told."""
        for what, text, number in told:
            if what == "event":
                self.events[text] = (run, number)
            elif what == "entry":
                self.entries[number] = text


class Writer:
    """A process that writes, and what it told so far."""

    def __init__(self, where: str, key: Path, run: int, flush_every: int) -> None:
        """Start it."""
        self._hears, tells = _PROCESSES.Pipe(duplex=False)
        self.process = _PROCESSES.Process(target=write, args=(where, key, run, flush_every, tells), daemon=True)
        self.process.start()
        tells.close()
        self.told: list[Told] = []

    def listen(self, until: Callable[[Told], bool]) -> None:
        """Take in what it tells until it tells that."""
        with suppress(EOFError, OSError):
            while not self.told or not until(self.told[-1]):
                self.told.append(self._hears.recv())

    def kill(self) -> list[Told]:
        """Kill it; return all that it told."""
        self.process.kill()
        self.listen(lambda _: False)
        self.process.join()
        self.process.close()
        self._hears.close()
        return self.told


def main() -> None:
    """Print the table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=KILLS, help="how often in each database")
    parser.add_argument("--seed", type=int, default=4, help="of the random moments")
    given = parser.parse_args()
    found = list(measure(given.kills, given.seed))
    print(f"{'':12}{'kills':>7}{'opening':>9}{'server':>8}{'events':>9}{'entries':>9}{'lost':>6}{'broken':>8}")
    for row in found:
        lost = row.lost_events + row.lost_entries
        print(
            f"{row.database:12}{row.kills:7}{row.killed_while_opening:9}{row.kills_of_server:8}"
            f"{row.acknowledged_events:9}{row.acknowledged_entries:9}{lost:6}{row.broken:8}"
        )
    print(json.dumps({"benchmark": "durability", "databases": {row.database: asdict(row) for row in found}}))


def measure(kills: int, seed: int) -> Iterator[Found]:
    """Kill so often in a file of SQLite, and in a database of PostgreSQL where there is one."""
    _PROCESSES.set_forkserver_preload(["benchmarks._durable_writer"])
    chance = random.Random(seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory(prefix="openlumbar-durability-") as folder:
        path = Path(folder) / "records.sqlite3"
        yield kill_often(str(path), path.with_suffix(".key"), kills, chance)
        with ExitStack() as stack:
            try:
                server = stack.enter_context(running())
            except NoServerError as error:
                print(f"durability: PostgreSQL is left out, {error}")
                return
            where = server.url(server.create("durability"))
            yield kill_often(where, Path(folder) / "server.key", kills, chance, server)


def kill_often(
    where: str,
    key: Path,
    kills: int,
    chance: random.Random,
    server: Server | None = None,
    *,
    longest_s: float = LONGEST_S,
) -> Found:
    """Kill so often, look every time; look for everything once more at the end."""
    found, acknowledged = Found("SQLite" if server is None else "PostgreSQL"), Acknowledged()
    for run in range(kills):
        writer = Writer(where, key, run, chance.choice([1, 3, 20, 100]))
        if chance.random() < 0.2:
            time.sleep(chance.uniform(0, 0.15))
        else:
            writer.listen(lambda told: told[0] in ("event", "entry"))
            if server is not None and found.kills_of_server * _AS_OFTEN <= run:
                _kill_server(server, writer, chance)
                found.kills_of_server += 1
            time.sleep(chance.uniform(0, longest_s))
        told = writer.kill()
        found.kills += 1
        found.killed_while_opening += not any(what == "event" for what, _, _ in told)
        acknowledged.take(told, run)
        _look(where, key, found, acknowledged, only=run)
    found.acknowledged_events = sum(number + 1 for _, number in acknowledged.events.values())
    found.acknowledged_entries = len(acknowledged.entries)
    _look(where, key, found, acknowledged)
    return found


def _kill_server(server: Server, writer: Writer, chance: random.Random) -> None:
    time.sleep(chance.uniform(0, 0.2))
    server.stop(kill=True)
    server.start()
    heard = len(writer.told)
    writer.listen(lambda told: told[0] == "event" and len(writer.told) > heard + 1)


def _look(where: str, key: Path, found: Found, acknowledged: Acknowledged, only: int | None = None) -> None:
    """Hold the records against what was acknowledged, all of it or that of one run."""
    with closing(Store.open(where, Vault.in_file(key))) as store:
        found.broken += not _is_whole(store)
        for session_id, (run, newest) in acknowledged.events.items():
            if only in (None, run):
                stored = store.events(session_id)
                said = [event.data["text"] for event in stored]
                found.lost_events += sum(text_of(run, number) not in said[number:][:1] for number in range(newest + 1))
                found.broken += [event.number for event in stored] != list(range(len(stored)))
        entries = {entry.number: entry.data["text"] for entry in Diary(store).read(SELF)}
        found.lost_entries += sum(entries.get(number) != text for number, text in acknowledged.entries.items())
        found.broken += list(entries) != list(range(1, len(entries) + 1))


def _is_whole(store: Store) -> bool:
    if store.engine.dialect.name == "postgresql":
        return True  # it says so itself when it is read and is not
    with store.transaction() as connection:
        whole = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        return whole and not connection.exec_driver_sql("PRAGMA foreign_key_check").all()


if __name__ == "__main__":
    main()
