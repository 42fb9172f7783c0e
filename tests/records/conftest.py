"""Records in a real file of SQLite, closed again after each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from openlumbar.records.store import Store
from records.processes import make_ready


@pytest.fixture(scope="session")
def ready_to_fork() -> None:
    """Start the process that those of tests are forked from."""
    make_ready()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "records.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.open(path)
    yield store
    store.close()
