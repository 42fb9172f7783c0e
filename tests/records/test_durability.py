"""Killing programs that write, as `benchmarks.durability` does a hundred times more often; and a disk that is full."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from benchmarks.durability import Found, kill_often

from openlumbar.records.diary import Diary, Draft
from openlumbar.records.people import SELF
from openlumbar.records.store import EventRow, Store
from openlumbar.records.trouble import StoreError
from records.made import NOON, begin
from records.postgresql import Server


@pytest.fixture
def own_database(server: Server) -> Iterator[str]:
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.mark.usefixtures("ready_to_fork")
def test_nothing_acknowledged_is_lost_when_a_program_is_killed(path: Path) -> None:
    found = kill_often(str(path), path.with_suffix(".key"), 8, random.Random(1), longest_s=0.1)  # noqa: S311
    _hold(found, kills_of_server=0)


@pytest.mark.usefixtures("ready_to_fork")
def test_nothing_acknowledged_is_lost_when_a_program_or_its_server_is_killed(
    path: Path, own_database: str, server: Server
) -> None:
    chance = random.Random(2)  # noqa: S311
    found = kill_often(own_database, path.with_suffix(".key"), 8, chance, server, longest_s=0.1)
    _hold(found, kills_of_server=1)


def _hold(found: Found, kills_of_server: int) -> None:
    assert (found.lost_events, found.lost_entries, found.broken) == (0, 0, 0)
    assert (found.kills, found.kills_of_server) == (8, kills_of_server)
    assert found.acknowledged_events > 8
    assert found.acknowledged_entries > 8


def notes(*texts: str) -> list[Draft]:
    return [Draft("note", {"text": text, "long": "x" * 50_000}, NOON.date(), NOON) for text in texts]


def texts(store: Store) -> list[str]:
    return [entry.data["text"] for entry in Diary(store).read(SELF)]


@contextmanager
def page_limit(store: Store, _: Path) -> Iterator[None]:
    """Let SQLite take no page more, which it says of a full disk too."""
    store.engine.dispose()  # a limit is one connection's, and there is one
    with store.transaction() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    yield
    store.engine.dispose()


@contextmanager
def file_limit(_: Store, path: Path) -> Iterator[None]:
    """Let no file of this process grow any more: the system refuses what is beyond."""
    resource = pytest.importorskip("resource")
    largest = max(file.stat().st_size for file in path.parent.iterdir())
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 4096, former[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, former)


@pytest.mark.parametrize(("limit", "code"), [(page_limit, "full"), (file_limit, "failed")])
def test_without_room_nothing_is_half_written_and_it_goes_on_when_there_is_some(
    file_store: Store, path: Path, limit: Callable[[Store, Path], AbstractContextManager[None]], code: str
) -> None:
    store, diary = file_store, Diary(file_store)
    row = begin(store)
    diary.write(SELF, *notes("before"))
    with limit(store, path):
        with pytest.raises(StoreError) as refused:
            diary.write(SELF, *notes(*map(str, range(20))))
        assert refused.value.code == code
        assert "\n" not in str(refused.value)
        with pytest.raises(StoreError):
            store.append(row.id, [EventRow(number, 1.0, "cue", {"text": "x" * 50_000}) for number in range(20)])
        assert texts(store) == ["before"]  # reading goes on
        assert store.events(row.id) == ()
    diary.write(SELF, *notes("after"))
    store.append(row.id, [EventRow(0, 1.0, "cue")])
    assert texts(store) == ["before", "after"]
    assert diary.latest(SELF) == 2
    assert len(store.events(row.id)) == 1
    with store.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]


def test_a_place_without_room_for_new_records_is_told_and_nothing_stays_in_the_way(path: Path) -> None:
    resource = pytest.importorskip("resource")
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, former[1]))
    try:
        with pytest.raises(StoreError, match="cannot be read or written; check the disk"):
            Store.open(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
    with closing(Store.open(path)) as store:
        assert begin(store) in store.sessions()
