"""Records in a real file of SQLite and in a real database of PostgreSQL, closed again after each test."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from openlumbar.records.store import Store
from openlumbar.records.vault import Vault
from records.postgresql import Server, Shared, running
from records.processes import make_ready


@dataclass(frozen=True)
class Place:
    """Where a test's records are, and their key."""

    where: str | Path
    key: Path

    def open(self) -> Store:
        """Open them, once more if need be."""
        return Store.open(self.where, Vault.in_file(self.key))


@pytest.fixture(scope="session")
def ready_to_fork() -> None:
    """Start the process that those of tests are forked from."""
    make_ready()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Start a PostgreSQL server for all tests."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def shared(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """Make the database that tests use one after the other."""
    return Shared.make(server, tmp_path_factory.mktemp("postgresql") / "records.key")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "records.sqlite3"


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, path: Path) -> Iterator[Place]:
    """Give records of either kind."""
    key = path.with_suffix(".key")
    if request.param == "sqlite":
        yield Place(path, key)
        return
    with ExitStack() as stack:
        yield Place(stack.enter_context(request.getfixturevalue("shared").lent(key)), key)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """Open records of either kind."""
    store = place.open()
    yield store
    store.close()


@pytest.fixture
def file_store(path: Path) -> Iterator[Store]:
    """Open records in a file."""
    store = Store.open(path)
    yield store
    store.close()
