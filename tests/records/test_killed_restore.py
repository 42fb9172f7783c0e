"""A backup or a restore that is killed leaves what was there: real processes, real databases."""

from collections.abc import Callable
from pathlib import Path

import pytest

from openlumbar.records.backup import backup
from openlumbar.records.checking import check
from openlumbar.records.people import People
from openlumbar.records.store import Store
from records.conftest import Place
from records.killed_restore import die_backing_up, die_restoring
from records.lives import live
from records.processes import PROCESSES

pytestmark = pytest.mark.usefixtures("ready_to_fork")


def run_until_killed(do: Callable[..., None], place: Place, file: Path, step: int) -> None:
    process = PROCESSES.Process(target=do, args=(place.where, place.key, file, step), daemon=True)
    process.start()
    process.join()
    assert process.exitcode == -9
    process.close()


@pytest.mark.parametrize("step", [1, 4, 8])
def test_a_restore_that_is_killed_leaves_what_was_there(place: Place, tmp_path: Path, step: int) -> None:
    file = tmp_path / "backup.zip"
    store = place.open()
    live(store)
    backup(store, file)
    there = live(store, "Cy Reed")
    store.close()
    run_until_killed(die_restoring, place, file, step)
    again = place.open()
    assert check(again).broken == ()
    assert People(again).get(there.person_id) is not None
    assert len(again.events(there.session_id)) == 2
    again.close()


def test_a_backup_that_is_killed_leaves_none(place: Place, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    live(store)
    run_until_killed(die_backing_up, place, file, 5)
    assert not file.exists()
    assert check(store).broken == ()
    backup(store, file)
