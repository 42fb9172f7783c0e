"""Backups of either kind of database, put back into either."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST
from sqlalchemy import delete, inspect, text
from sqlalchemy.exc import DBAPIError

from openlumbar.errors import InputError
from openlumbar.records.audit import Audit
from openlumbar.records.backup import Passphrase, backup
from openlumbar.records.database import WRITING
from openlumbar.records.diary import Diary
from openlumbar.records.people import People
from openlumbar.records.restoring import restore
from openlumbar.records.store import Store
from openlumbar.records.tables import audit
from openlumbar.records.trouble import StoreError
from openlumbar.records.vault import Vault
from records.lives import PASSWORD, Life, live, make_accounts
from records.made import begin, make_signals
from records.postgresql import Server

WORDS = "seven grey boats drift"


@pytest.fixture
def life(store: Store) -> Life:
    begin(store)
    return live(store)


@pytest.fixture
def file(store: Store, life: Life, tmp_path: Path) -> Path:
    make_accounts(store).begin_totp(life.account.id)
    file = tmp_path / "backup.zip"
    backup(store, file, passphrase=Passphrase(WORDS, CHEAPEST))
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name another database, of either kind, in which there is nothing."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'records.sqlite3'}"
        return
    server: Server = request.getfixturevalue("server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.in_file(tmp_path / "elsewhere" / "records.key")


def test_the_same_is_there_whatever_it_was_and_is_in(
    store: Store, life: Life, file: Path, other: str, vault: Vault
) -> None:
    restored_rows = restore(file, other, vault, passphrase=WORDS).rows
    restored = Store.open(other, vault)
    assert restored_rows > 10
    assert People(restored).all() == People(store).all()
    assert Diary(restored).everything(life.person_id) == Diary(store).everything(life.person_id)
    assert restored.sessions(person_id=None) == store.sessions(person_id=None)
    assert restored.events(life.session_id) == store.events(life.session_id)
    assert restored.signals(life.session_id)["hip_rise_cm"].tolist() == make_signals()["hip_rise_cm"].tolist()
    assert make_accounts(restored).all() == make_accounts(store).all()
    assert make_accounts(restored).check("ana quill", PASSWORD, None, life.account.created_at).outcome == "ok"
    there = [entry for entry in reversed(Audit(restored).entries()) if entry.action != "restored"]
    assert there == [entry for entry in reversed(Audit(store).entries()) if entry.action != "backed_up"]
    assert Audit(restored).verify() is None
    restored.close()


def test_it_is_used_like_any_other_afterwards(life: Life, file: Path, other: str, vault: Vault) -> None:
    restore(file, other, vault, passphrase=WORDS)
    restored = Store.open(other, vault)
    row = begin(restored, 9, person_id=life.person_id)
    assert restored.session(row.id) == row
    live(restored, "Bo Marsh")
    with pytest.raises((StoreError, DBAPIError)), restored.transaction(WRITING) as connection:
        connection.execute(delete(audit))
    with restored.transaction() as connection:
        assert inspect(connection).get_foreign_keys("session") != []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0002"
    restored.close()


def test_it_takes_the_place_of_all_that_was_there_or_of_nothing(
    life: Life, file: Path, other: str, vault: Vault
) -> None:
    def break_off(done: int, _total: int | None) -> None:
        if done > 5:
            raise KeyboardInterrupt

    former = Store.open(other, vault)
    there = live(former, "Cy Reed")
    former.close()
    with pytest.raises(InputError, match="holds records already"):
        restore(file, other, vault, passphrase=WORDS)
    with pytest.raises(KeyboardInterrupt):
        restore(file, other, vault, passphrase=WORDS, replace=True, on_progress=break_off)
    again = Store.open(other, vault)
    assert People(again).get(there.person_id) is not None
    assert len(again.events(there.session_id)) == 2
    again.close()
    restore(file, other, vault, passphrase=WORDS, replace=True)
    restored = Store.open(other, vault)
    assert People(restored).get(there.person_id) is None
    assert People(restored).get(life.person_id) is not None
    restored.close()


def test_numbers_and_texts_of_every_kind_come_through(store: Store, tmp_path: Path, other: str, vault: Vault) -> None:
    odd = 'ü 腰痛 \u2028 "\\" \U0001f600'
    row = begin(store, name=odd, plan={"n": 2**53, "x": 0.1, "none": None, "list": [True, "", {}]})
    make_accounts(store).add("Ña ñ 腰", PASSWORD, "therapist")
    backup(store, tmp_path / "odd.zip", passphrase=Passphrase(WORDS, CHEAPEST))
    restore(tmp_path / "odd.zip", other, vault, passphrase=WORDS)
    restored = Store.open(other, vault)
    assert restored.session(row.id) == row
    assert make_accounts(restored).find("ña ñ 腰") is not None
    restored.close()
