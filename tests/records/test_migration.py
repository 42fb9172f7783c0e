"""Records as the first version wrote them, moved up and down again with everything in them."""

import json
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, Table, select

from openlumbar.errors import InputError
from openlumbar.physique import Physique
from openlumbar.records.database import WRITING, migrations
from openlumbar.records.diary import Diary, Draft
from openlumbar.records.people import SELF, People
from openlumbar.records.postgresql_server import open_server
from openlumbar.records.store import EventRow, Store
from openlumbar.records.vault import Vault
from records.killed_move import die_at
from records.made import NOON, begin, make_signals, repetition_event
from records.postgresql import Server
from records.processes import PROCESSES

FORMER = Path(__file__).parent / "former" / "version_0001.sql"
"""What the first version wrote: five recordings, one of them deleted, and a session that goes on."""

WORDS = (b"clip-of-lin.mp4", b"said-by-the-coach", b"hip_rise_cm", b"clip-kept.mp4", b"a-reason", b"male")
"""What anybody reads in it."""

Rows = dict[str, list[tuple[object, ...]]]


TABLES = ("session", "event", "signal")


def rows_of(path: Path) -> Rows:
    with closing(sqlite3.connect(path)) as plain:
        return {name: plain.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in TABLES}  # noqa: S608


def bytes_in(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name))


def downgrade(store: Store) -> None:
    with store.engine.execution_options(**WRITING).begin() as connection:
        command.downgrade(migrations(connection, store.vault), "0001")


@pytest.fixture
def former(path: Path) -> Path:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA journal_mode = WAL")
        plain.executescript(FORMER.read_text(encoding="utf-8"))
    assert all(word in bytes_in(path) for word in WORDS)
    return path


def test_everything_is_there_after_the_move_and_nothing_of_it_in_plain(former: Path) -> None:
    with closing(Store.open(former)) as store:
        rows = store.sessions()
        assert [row.exercise for row in rows] == ["auto", *["bridge"] * 4]
        assert {row.person_id for row in store.sessions(person_id=None)} == {SELF}
        done, still_open = rows[1], rows[2]
        assert (done.name, done.state, done.outcome) == (
            "clip-of-lin.mp4",
            "done",
            {"judged": False, "reasons": ["a-reason"]},
        )
        assert done.physique == Physique(height_cm=174, weight_kg=72.5, sex="male", age=45)
        assert (done.plan, done.kept_file) == ({"sets": [1, None, "组"]}, f"{done.id}/clip-kept.mp4")
        assert (still_open.state, still_open.outcome, still_open.kept_file) == ("open", None, None)
        cues = [EventRow(index, index / 7, "cue", {"text": "said-by-the-coach", "n": index}) for index in range(9)]
        assert store.events(done.id) == (*cues, repetition_event(9))
        expected = np.concatenate([make_signals(float(start), 4)["hip_rise_cm"] for start in range(2)])
        np.testing.assert_array_equal(store.signals(done.id)["hip_rise_cm"], expected)
        assert store.purge(NOON) != ()
    assert [word for word in WORDS if word in bytes_in(former)] == []


def test_nothing_in_plain_is_left_by_the_move_alone(former: Path) -> None:
    Store.open(former).close()
    assert [word for word in WORDS if word in bytes_in(former)] == []


def test_down_again_every_row_is_what_it_was(former: Path) -> None:
    before = rows_of(former)
    with closing(Store.open(former)) as store:
        sealed = rows_of(former)
        assert {name: len(rows) for name, rows in sealed.items()} == {name: len(rows) for name, rows in before.items()}
        downgrade(store)
    assert rows_of(former) == before
    with closing(Store.open(former)) as store:  # and up once more
        assert len(store.sessions()) == 5


def _diary(store: Store) -> None:
    Diary(store).write(SELF, Draft("note", {"text": "a"}, NOON.date(), NOON))


def _others(store: Store) -> None:
    begin(store, person_id=People(store).add("Lin").id)


@pytest.mark.parametrize(("write", "what"), [(_diary, "diaries"), (_others, "sessions of several people")])
def test_what_has_no_place_in_the_older_layout_is_not_thrown_away(
    former: Path, write: Callable[[Store], None], what: str
) -> None:
    with closing(Store.open(former)) as store:
        write(store)
        before = len(store.sessions(person_id=None))
        with pytest.raises(InputError, match=f"the records: hold {what}, which an older version has no place for"):
            downgrade(store)
        assert len(store.sessions(person_id=None)) == before


@pytest.mark.usefixtures("ready_to_fork")
@pytest.mark.parametrize("step", [0, 1, 2, 9, 40, 60])
def test_a_move_that_is_killed_has_not_begun(former: Path, step: int) -> None:
    before = rows_of(former)
    process = PROCESSES.Process(target=die_at, args=(former, step))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert rows_of(former) == before
    with closing(Store.open(former)) as store:
        assert len(store.sessions()) == 5
        with store.transaction() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


@pytest.fixture
def former_server(server: Server, former: Path) -> Iterator[str]:
    """Put the same rows into a database of a server, with the tables of the first version."""
    name = server.create()
    engine, _ = open_server(server.url(name))
    with engine.begin() as connection:
        command.upgrade(migrations(connection, Vault.beside(former)), "0001")
        for table in tables_in(connection):
            with closing(sqlite3.connect(former)) as plain:
                found = plain.execute(f"SELECT {', '.join(table.c.keys())} FROM {table.name}").fetchall()  # noqa: S608
            rows = [dict(zip(table.c.keys(), row, strict=True)) for row in found]
            connection.execute(table.insert(), [{key: _told(key, value) for key, value in row.items()} for row in rows])
    engine.dispose()
    yield server.url(name)
    server.drop(name)


def tables_in(connection: Connection) -> list[Table]:
    known = MetaData()
    return [Table(name, known, autoload_with=connection) for name in TABLES]


def _told(key: str, value: object) -> object:
    """Read a value as SQLite keeps it."""
    if isinstance(value, str) and key.endswith("_at"):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return json.loads(value) if isinstance(value, str) and key in ("plan", "outcome", "data") else value


def test_a_server_s_database_is_moved_up_and_down_as_well(former: Path, former_server: str) -> None:
    vault = Vault.beside(former)
    engine, _ = open_server(former_server)

    def rows() -> list[list[str]]:
        with engine.connect() as connection:
            return [sorted(map(repr, connection.execute(select(table)).all())) for table in tables_in(connection)]

    before = rows()
    with closing(Store.open(former_server, vault)) as store:
        found = store.sessions(person_id=SELF)
        assert [row.exercise for row in found] == ["auto", *["bridge"] * 4]
        assert found[1].physique == Physique(height_cm=174, weight_kg=72.5, sex="male", age=45)
        assert store.events(found[1].id)[9] == repetition_event(9)
        downgrade(store)
    assert rows() == before
    with closing(Store.open(former_server, vault)) as store:
        assert store.sessions() == found
    engine.dispose()
