"""Killing programs that write, as `benchmarks.durability` does a hundred times more often; and a disk that is full."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.durability import Found, kill_often
from openlumbar.records.diary import Diary, Draft
from openlumbar.records.people import SELF
from openlumbar.records.store import EventRow, Store
from openlumbar.records.trouble import StoreError
from records.conftest import Place
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


def note(size: int) -> Draft:
    return Draft("note", {"text": "x" * size}, NOON.date(), NOON)
