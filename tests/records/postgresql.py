"""A real PostgreSQL server for tests, and a database on it that they use one after the other."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from benchmarks._postgresql import USER, NoServerError, Server
from benchmarks._postgresql import running as running_anywhere

from openlumbar.records.store import Store
from openlumbar.records.tables import METADATA
from openlumbar.records.vault import Vault

__all__ = ["USER", "Server", "Shared", "running"]


@contextmanager
def running() -> Iterator[Server]:
    """Run a new server; where the machine has none the test is skipped, which CI does not allow."""
    try:
        with running_anywhere() as server:
            yield server
    except NoServerError as error:
        pytest.skip(str(error))


@dataclass(frozen=True)
class Shared:
    """A database with the tables in it that one test uses after the other, and the key that belongs to it."""

    server: Server
    name: str
    key: Path

    @classmethod
    def make(cls, server: Server, key: Path) -> "Shared":
        """Make it."""
        name = server.create()
        Store.open(server.url(name), Vault.in_file(key)).close()
        return cls(server, name, key)

    @contextmanager
    def lent(self, key: Path) -> Iterator[str]:
        """Lend it to a test; give its address, and put a copy of the key there. Afterwards nothing is left in it."""
        key.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.key, key)
        yield self.server.url(self.name)
        emptied = [f"DELETE FROM {name}" for name in METADATA.tables if name != "person"]  # noqa: S608 - our own
        emptied += ["DELETE FROM person WHERE id <> 'self'"]
        emptied += ["UPDATE person SET sealed = NULL, erased_at = NULL"]
        statements = ["SET session_replication_role = replica", *emptied]  # without triggers and references
        self.server.run("; ".join(statements), self.name)
