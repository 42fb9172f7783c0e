import re
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from openlumbar.errors import InputError
from openlumbar.physique import Physique
from openlumbar.records import data_keys
from openlumbar.records.database import WRITING
from openlumbar.records.diary import Diary, Draft
from openlumbar.records.key_file import KeyFile
from openlumbar.records.master_keys import MasterKeys
from openlumbar.records.people import SELF, People
from openlumbar.records.rotation import renew_data_keys, rotate_master_key
from openlumbar.records.store import EventRow, Store
from openlumbar.records.tables import account, data_key, entry, event, session
from records.conftest import Place
from records.killed_rotation import die_in
from records.made import NOON, begin, make_signals
from records.processes import PROCESSES

SECRET = b"totp"


def fill(store: Store) -> None:
    """Write something of every kind down for two people, more than fits in one batch."""
    for person_id in (SELF, People(store).add("Lin").id):
        row = begin(store, person_id=person_id, physique=Physique(height_cm=170), plan={"of": person_id})
        store.append(row.id, [EventRow(number, 1.0, "cue", {"n": number}) for number in range(450)], [make_signals()])
        store.finish(row.id, {"of": person_id}, NOON)
        diary = Diary(store)
        diary.write(person_id, *(Draft("note", {"n": number}, NOON.date(), NOON) for number in range(30)))
        diary.keep_summary(person_id, 30, {"of": person_id})
    with store.transaction(WRITING) as connection:
        sealed = data_keys.sealing_for(connection, store.vault, data_keys.PROGRAM).seal(SECRET, "account", "a")
        values = {"id": "a", "name": "a", "password_hash": "", "role": "administrator", "created_at": NOON}
        connection.execute(account.insert().values(**values, totp_sealed=sealed))


def read(store: Store) -> list[Any]:
    """Read all of it."""
    people, diary = People(store).all(), Diary(store)
    rows = store.sessions(person_id=None)
    with store.transaction() as connection:
        cipher = data_keys.cipher_of(connection, store.vault, data_keys.PROGRAM)
        sealed = connection.execute(select(account.c.totp_sealed)).scalar_one()
    assert cipher is not None
    assert cipher.open(sealed, "account", "a") == SECRET
    return [
        people,
        rows,
        [store.events(row.id) for row in rows],
        [store.signals(row.id)["hip_rise_cm"].tolist() for row in rows],
        [diary.read(person.id) for person in people],
        diary.summaries([person.id for person in people]),
    ]


def sealed_in(store: Store) -> set[bytes]:
    columns = (data_key.c.wrapped, session.c.sealed, event.c.sealed, entry.c.sealed, account.c.totp_sealed)
    with store.transaction() as connection:
        return {sealed for column in columns for sealed in connection.execute(select(column)).scalars()}


def versions_in(store: Store) -> set[int]:
    with store.transaction() as connection:
        return set(connection.execute(select(data_key.c.version)).scalars())


def keys_of(place: Place) -> MasterKeys:
    found = KeyFile(place.key).load()
    assert found is not None
    return found


def test_a_new_master_key_seals_the_data_keys_and_the_old_one_is_gone(place: Place, store: Store) -> None:
    fill(store)
    before, old = read(store), keys_of(place)
    assert rotate_master_key(store) == 3
    new = keys_of(place)
    assert list(new.by_version) == [old.version + 1]
    assert new.newest != old.newest
    assert versions_in(store) == {new.version}
    assert read(store) == before
    with closing(place.open()) as again:
        assert read(again) == before
    store.vault.renew(old)
    with pytest.raises(InputError, match="is not the key of these records"):
        place.open()


def test_a_program_that_runs_meanwhile_goes_on(place: Place, store: Store) -> None:
    fill(store)
    with closing(place.open()) as running:
        diary = Diary(running)
        before = read(running), diary.read(SELF)
        rotate_master_key(store)
        assert (read(running), diary.read(SELF)) == before
        added = People(running).add("Wang")
        assert versions_in(store) == {keys_of(place).version}
        assert People(store).get(added.id) == added


def test_everything_is_sealed_anew_with_new_keys(place: Place, store: Store) -> None:
    fill(store)
    before, old = read(store), sealed_in(store)
    assert renew_data_keys(store) == 2
    assert sealed_in(store).isdisjoint(old)
    assert len(sealed_in(store)) == len(old)
    assert read(store) == before
    with closing(place.open()) as again:
        assert read(again) == before


def test_what_does_not_open_is_not_sealed_anew(store: Store) -> None:
    fill(store)
    with store.transaction(WRITING) as connection:
        connection.execute(update(event).where(event.c.number == 440).values(sealed=b"damaged"))
    old = sealed_in(store)
    with pytest.raises(InputError, match=re.escape("the records (event): a part does not open with its key")):
        renew_data_keys(store)
    with store.transaction() as connection:
        assert set(connection.execute(select(event.c.sealed)).scalars()) <= old


@pytest.mark.usefixtures("ready_to_fork")
@pytest.mark.parametrize(
    ("what", "step"), [("master", 0), ("master", 1), ("master", 3), ("master", 4), ("all", 1), ("all", 500)]
)
def test_a_change_that_is_killed_leaves_everything_readable(path: Path, what: str, step: int) -> None:
    with closing(Store.open(path)) as store:
        fill(store)
        before = read(store)
    process = PROCESSES.Process(target=die_in, args=(path, what, step))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with closing(Store.open(path)) as store:
        assert read(store) == before
        assert rotate_master_key(store) == 3
        assert renew_data_keys(store) == 2
        assert read(store) == before
        assert versions_in(store) == set(keys_of(Place(path, path.with_suffix(".key"))).by_version)
