"""What is different with a server: its address, whether it answers, and several who write at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from openlumbar.errors import InputError
from openlumbar.records.database import WRITING
from openlumbar.records.diary import Diary, Draft
from openlumbar.records.journal import Journal
from openlumbar.records.people import SELF
from openlumbar.records.store import EventRow, Store
from openlumbar.records.tables import audit, data_key
from openlumbar.records.trouble import StoreError, Trouble
from openlumbar.records.vault import Vault
from records.conftest import Place
from records.made import NOON, begin
from records.postgresql import USER, Server


@pytest.fixture
def vault(path: Path) -> Vault:
    return Vault.in_file(path.with_suffix(".key"))


@pytest.fixture
def fresh(server: Server) -> Iterator[str]:
    """Make an empty database for one test; give its address."""
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def own_server(server: Server) -> Iterator[Server]:
    """Lend the server to a test that stops it."""
    yield server
    if server.process is None:
        server.start()


def note(text: str) -> Draft:
    return Draft("note", {"text": text}, NOON.date(), NOON)


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("postgresql://u:secret@host", "names no database"),
        ("postgresql://:secret@host/db", "names no username"),
        ("postgresql:///db", "names no username"),
        ("postgresql+psycopg2://u:secret@host/db", "'postgresql+psycopg2' is not a way to reach PostgreSQL here"),
        ("postgres://u:secret@host/db", "'postgres' is not a way to reach PostgreSQL here"),
        ("postgresql://u:secret@host:port/db", "its address cannot be read"),
        ("postgresql://u:secret@host/db?sslmode=maybe", "has an unknown sslmode"),
        ("postgresql://u:secret@host/db?timeout=3", "has an unknown part 'timeout'"),
    ],
)
def test_an_address_that_cannot_be_right_is_refused_without_telling_a_password(
    address: str, problem: str, vault: Vault
) -> None:
    with pytest.raises(InputError) as refused:
        Store.open(address, vault)
    assert refused.value.problem == problem
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_server_needs_a_place_for_the_key(fresh: str) -> None:
    with pytest.raises(InputError, match="the key of the records: has no place; name its file with --key-file"):
        Store.open(fresh)


def test_who_is_not_let_in_is_told_why(server: Server, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    place = f"the PostgreSQL server 127.0.0.1:{server.port}"
    without_password = f"postgresql://{USER}@127.0.0.1:{server.port}/postgres"
    refused = {
        server.url("nowhere"): f"{place}: has no database 'nowhere'; make it with `createdb nowhere`",
        server.url("postgres", "wrong"): f"{place}: does not take this password of 'openlumbar'; give the right one",
        without_password: f"{place}: asks for a password; give it in PGPASSWORD",
        server.url("postgres") + "?sslmode=require": f"{place}: cannot be spoken to in secret; set up TLS on it",
        "postgresql://u@127.0.0.1:1/db": "the PostgreSQL server 127.0.0.1:1: cannot be reached (connection refused)",
    }
    for address, words in refused.items():
        with pytest.raises(InputError) as told:
            Store.open(address, vault)
        assert str(told.value).startswith(words)
        assert "\n" not in str(told.value)


def test_the_password_may_come_from_the_environment(
    server: Server, fresh: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", server.password)
    with closing(Store.open(fresh.replace(f":{server.password}@", "@"), vault)) as store:
        assert begin(store) in store.sessions()
        assert server.password not in store.name


def test_a_user_who_may_not_make_tables_is_told(server: Server, fresh: str, vault: Vault) -> None:
    server.run("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    try:
        with pytest.raises(InputError, match=r"'guest' make tables in .*; make that user the database's"):
            Store.open(fresh.replace(f"{USER}:{server.password}", "guest:guest"), vault)
    finally:
        server.run("DROP ROLE guest")


def test_a_database_of_another_program_is_refused_and_not_touched(server: Server, fresh: str, vault: Vault) -> None:
    server.run("CREATE TABLE recipe (name text)", fresh.rpartition("/")[2])
    with pytest.raises(InputError, match="is a database of another program; name another"):
        Store.open(fresh, vault)
    assert vault.place.load() is None


def test_a_newer_version_is_refused(server: Server, fresh: str, vault: Vault) -> None:
    Store.open(fresh, vault).close()
    server.run("UPDATE alembic_version SET version_num = '9999'", fresh.rpartition("/")[2])
    with pytest.raises(InputError, match="is of version 9999, newer than this program knows"):
        Store.open(fresh, vault)


def test_a_migration_that_breaks_off_leaves_nothing_behind(
    server: Server, fresh: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(config: Config, target: str) -> None:
        upgrade(config, target)
        raise StoreError("the database", "full")

    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", break_off)
    with pytest.raises(StoreError):
        Store.open(fresh, vault)
    monkeypatch.undo()
    server.run("CREATE TABLE data_key (id text); DROP TABLE data_key", fresh.rpartition("/")[2])  # none is there
    Store.open(fresh, vault).close()


def test_many_may_open_a_new_database_at_once(fresh: str, vault: Vault) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(Store.open, [fresh] * 4, [Vault(vault.place) for _ in range(4)]))
    for store in stores:
        begin(store)
    assert {len(store.sessions()) for store in stores} == {4}
    for store in stores:
        store.close()


def test_many_may_write_into_one_diary_at_once(store: Store) -> None:
    diary = Diary(store)
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda number: diary.write(SELF, note(str(number)))[0], range(40)))
    assert sorted(found.number for found in written) == list(range(1, 41))
    assert {found.number: found for found in diary.read(SELF)} == {found.number: found for found in written}


def test_the_audit_cannot_be_changed(store: Store) -> None:
    row = {"number": 1, "at": NOON, "action": "a", "details": {}, "previous_hash": b"", "hash": b"x"}
    with store.transaction(WRITING) as connection:
        connection.execute(audit.insert().values(row))
    changes = [update(audit).values(action="b"), delete(audit)]
    if store.engine.dialect.name == "postgresql":
        changes.append(text("TRUNCATE audit"))  # type: ignore[arg-type]
    for change in changes:
        with pytest.raises((StoreError, DBAPIError)), store.transaction(WRITING) as connection:
            connection.execute(change)
    with store.transaction() as connection:
        assert connection.execute(select(audit.c.action)).scalars().all() == ["a"]


def test_a_server_that_is_gone_is_told_and_used_again_when_it_is_back(
    own_server: Server, fresh: str, vault: Vault
) -> None:
    with closing(Store.open(fresh, vault)) as store, closing(Journal(store)) as journal:
        row = begin(store)
        own_server.stop(kill=True)
        journal.append(row.id, EventRow(0, 1.0, "cue"))
        assert journal.flush() == Trouble("unreachable", 1, 0)
        with pytest.raises(StoreError, match="cannot be reached just now") as refused:
            store.sessions()
        assert refused.value.code == "unreachable"
        own_server.start()
        assert journal.flush() is None
        assert [event.number for event in store.events(row.id)] == [0]


def test_somebody_else_who_holds_what_is_to_be_written_is_waited_for_and_then_named(
    fresh: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openlumbar.records.postgresql_server.LOCK_WAIT", "10ms")
    with closing(Store.open(fresh, vault)) as store:
        row, diary = begin(store), Diary(store)
        with closing(Store.open(fresh, vault)) as other, other.transaction(WRITING) as connection:
            connection.exec_driver_sql("LOCK TABLE entry IN EXCLUSIVE MODE")
            with pytest.raises(StoreError, match="is in use by another program") as refused:
                diary.write(SELF, note("a"))
            assert refused.value.code == "locked"
            assert store.sessions() == (row,)  # reading goes on
        assert diary.latest(SELF) == 0
        diary.write(SELF, note("a"))
        assert diary.latest(SELF) == 1


def test_a_server_that_only_reads_is_told(server: Server, fresh: str, vault: Vault) -> None:
    with closing(Store.open(fresh, vault)) as store:
        row = begin(store)
    name = fresh.rpartition("/")[2]
    server.run(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    with closing(Store.open(fresh, vault)) as store:
        assert store.sessions() == (row,)
        with pytest.raises(StoreError) as refused:
            store.append(row.id, [EventRow(0, 1.0, "cue")])
        assert refused.value.code == "denied"


def test_a_destroyed_key_is_not_left_in_the_servers_files(server: Server, fresh: str, vault: Vault) -> None:
    with closing(Store.open(fresh, vault)) as store:
        begin(store)
        with store.transaction(WRITING) as connection:
            wrapped = connection.execute(select(data_key.c.wrapped).where(data_key.c.id == SELF)).scalar_one()
            connection.execute(delete(data_key).where(data_key.c.id == SELF))
        store.scrub()
    server.run("CHECKPOINT")
    base = server.folder / "data" / "base"
    assert not any(wrapped in file.read_bytes() for file in base.rglob("*") if file.is_file())


def test_both_kinds_of_database_are_named_without_a_password(place: Place) -> None:
    with closing(place.open()) as store:
        assert store.name in {"records.sqlite3", f"postgresql://127.0.0.1/{str(place.where).rpartition('/')[2]}"}
