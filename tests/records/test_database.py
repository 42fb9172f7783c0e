import os
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_mock_engine, inspect
from sqlalchemy.dialects import postgresql

from openlumbar.errors import InputError
from openlumbar.records.database import WRITING, migrations
from openlumbar.records.store import EventRow, Store
from openlumbar.records.tables import METADATA
from openlumbar.records.trouble import StoreError
from records.made import begin


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_files_are_for_the_owner_alone(path: Path) -> None:
    former = os.umask(0)
    try:
        store = Store.open(path)
        begin(store)
    finally:
        os.umask(former)
    assert mode(path.parent) == 0o700
    assert {file.name: mode(file) for file in path.parent.iterdir()} == {
        path.name: 0o600,
        "records.key": 0o600,
        f"{path.name}-wal": 0o600,
        f"{path.name}-shm": 0o600,
    }
    store.close()
    assert {file.name for file in path.parent.iterdir()} == {path.name, "records.key"}


def test_a_copy_put_back_is_made_private_and_a_folder_that_was_there_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    path = tmp_path / "records.sqlite3"
    Store.open(path).close()
    path.chmod(0o644)
    Store.open(path).close()
    assert mode(path) == 0o600
    assert mode(tmp_path) == 0o755


def test_a_database_can_be_named_by_its_address(path: Path) -> None:
    first = Store.open(f"sqlite:///{path}")
    row = begin(first)
    first.close()
    second = Store.open(str(path))
    assert second.sessions() == (row,)
    second.close()


@pytest.mark.parametrize(
    "address",
    ["sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "mysql://u:secret@host/db", "http://", "://"],
)
def test_other_addresses_are_refused_without_telling_a_password(address: str) -> None:
    with pytest.raises(InputError, match="give a path") as refused:
        Store.open(address)
    assert "secret" not in str(refused.value)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder; name a file in it"):
        Store.open(tmp_path)


@pytest.mark.parametrize("name", ["file/records.sqlite3", "nul\0.sqlite3"])
def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("a file, not a folder")
    with pytest.raises(InputError, match="cannot be opened or made"):
        Store.open(tmp_path / name)


@pytest.mark.parametrize("content", [b"garbage", b"SQLite format 3\0" + b"\xff" * 5000, bytes(range(256)) * 64])
def test_a_file_that_is_no_database_is_refused_and_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(content)
    path.chmod(0o644)
    with pytest.raises(StoreError, match=r"holiday.jpg: is not a file of records, or is damaged") as refused:
        Store.open(path)
    assert refused.value.code == "damaged"
    assert path.read_bytes() == content
    assert mode(path) == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_of_another_program_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "recipes.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipe (name)")
    other.close()
    content = path.read_bytes()
    with pytest.raises(InputError, match=r"recipes.db: is a database of another program; name another file"):
        Store.open(path)
    assert path.read_bytes() == content


def test_a_newer_version_is_refused(path: Path) -> None:
    Store.open(path).close()
    newer = sqlite3.connect(path)
    newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.commit()
    newer.close()
    with pytest.raises(InputError, match=r"version 9999, newer than this program knows \(0002\); use the newest"):
        Store.open(path)


def test_the_migrations_make_the_tables_that_the_code_uses(store: Store) -> None:
    with store.engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_database_can_be_moved_down_and_up_again(store: Store) -> None:
    def tables() -> set[str]:
        with store.engine.begin() as connection:
            return set(inspect(connection).get_table_names())

    made = tables()
    with store.engine.execution_options(**WRITING).begin() as connection:
        command.downgrade(migrations(connection, store.vault), "base")
    assert tables() == {"alembic_version"}
    with store.engine.execution_options(**WRITING).begin() as connection:
        command.upgrade(migrations(connection, store.vault), "head")
    assert tables() == made == {"alembic_version", *METADATA.tables}
    row = begin(store)
    store.append(row.id, [EventRow(0, 1.0, "cue")])
    assert len(store.events(row.id)) == 1


def test_a_migration_that_breaks_off_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(config: Config, target: str) -> None:
        upgrade(config, target)
        raise StoreError(path.name, "full")

    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", break_off)
    with pytest.raises(StoreError):
        Store.open(path)
    monkeypatch.undo()
    half = sqlite3.connect(path)
    assert half.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    half.close()
    Store.open(path).close()


def test_many_may_open_a_new_database_at_once(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(Store.open, [path] * 8))
    for store in stores:
        begin(store)
    assert {len(store.sessions()) for store in stores} == {8}
    for store in stores:
        store.close()


def test_there_is_one_newest_version(store: Store) -> None:
    with store.engine.begin() as connection:
        script = ScriptDirectory.from_config(migrations(connection, store.vault))
        assert script.get_heads() == [max(revision.revision for revision in script.walk_revisions())]


def test_the_tables_suit_postgresql_too() -> None:
    said: list[str] = []
    engine = create_mock_engine(
        "postgresql+pg8000://", lambda sql, *_: said.append(str(sql.compile(dialect=postgresql.dialect())))
    )
    METADATA.create_all(engine, checkfirst=False)
    assert sum("CREATE TABLE" in sql for sql in said) == len(METADATA.tables)
    assert all(any(kind in sql for sql in said) for kind in ("TIMESTAMP WITH TIME ZONE", "DOUBLE PRECISION", "BYTEA"))
