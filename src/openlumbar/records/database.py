"""The file of SQLite that records live in: found or made, refused when it is not ours, brought up to date."""

import contextlib
import os
import sqlite3
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.sql import column, table

from openlumbar.errors import InputError
from openlumbar.records import data_keys
from openlumbar.records.json_text import to_text
from openlumbar.records.trouble import StoreError, code_of
from openlumbar.records.vault import Vault

if TYPE_CHECKING:
    from alembic.config import Config

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
"""Permissions: what is known of a person's health is for its owner alone."""

BUSY_S = 5.0
"""How long to wait for another process that writes."""

READING: Mapping[str, str | None] = {"begin": "BEGIN"}
WRITING: Mapping[str, str | None] = {"begin": "BEGIN IMMEDIATE"}
NO_TRANSACTION: Mapping[str, str | None] = {"begin": None}
"""Execution options of a connection: one that writes waits for its turn at once, so that it cannot fail half-way."""

_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = NORMAL",  # with a write-ahead log a crash of the program loses nothing committed
    "PRAGMA secure_delete = ON",  # what is deleted is overwritten
)
_PACKAGE, _MIGRATIONS = "openlumbar.records", "migrations"
_ALEMBIC = "alembic_version"
_IN_MEMORY = ":memory:"


def open_database(where: str | Path, vault: Vault | None = None) -> tuple[Engine, str, Vault]:
    """Open the file at a path or `sqlite:///` URL, made if there is none; return it with the file's name and its vault.

    Raises:
        InputError: when it cannot be made or opened, is no file of records, is of a newer version, or the key is
            missing or another one's.
    """
    path = _path_of(where)
    vault = vault or Vault.beside(path)
    _make(path)
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args={"timeout": BUSY_S}, json_serializer=to_text, hide_parameters=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    try:
        _bring_up_to_date(engine, path.name, vault)
        _keep_private(path)
    except DBAPIError as error:
        engine.dispose()
        raise StoreError(path.name, code_of(error.orig)) from None
    except BaseException:
        engine.dispose()
        raise
    return engine, path.name, vault


def migrations(connection: Connection, vault: Vault) -> "Config":
    """Configure Alembic to move this connection's database up or down, within its transaction."""
    from alembic.config import Config  # only a new or older file needs Alembic, which takes 0.4 s to import

    config = Config(attributes={"connection": connection, "vault": vault})
    config.set_main_option("script_location", f"{_PACKAGE}:{_MIGRATIONS}")
    return config


def scrub(connection: Connection, *, is_needed: bool) -> None:
    """Write the file anew, when asked or when something was freed in it since, so that nothing deleted is left.

    `secure_delete` alone leaves copies of rows behind that were moved before they were deleted.
    """
    if is_needed or connection.exec_driver_sql("PRAGMA freelist_count").scalar():
        connection.exec_driver_sql("VACUUM")
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _path_of(where: str | Path) -> Path:
    remedy = "give a path, or sqlite:/// and a path"
    if isinstance(where, Path) or "://" not in where:
        return Path(where).absolute()
    try:
        url = make_url(where)
    except ArgumentError:
        raise InputError("database", "its address cannot be read", remedy) from None
    if url.get_backend_name() != "sqlite" or url.database in (None, _IN_MEMORY) or url.query:
        raise InputError(url.render_as_string(), "is not the address of a file of SQLite", remedy)
    return Path(str(url.database)).absolute()


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
    except IsADirectoryError:
        raise InputError(str(path), "is a folder", "name a file in it") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "unknown reason").lower()
        raise InputError(str(path), f"cannot be opened or made ({reason})", "name another file") from None


def _keep_private(path: Path) -> None:
    """Take others' permissions away, which a copy put back from a backup may have."""
    if path.stat().st_mode & 0o077:
        with contextlib.suppress(PermissionError):  # it belongs to somebody else, who may share it
            path.chmod(PRIVATE_FILE)


def _set_up(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # `_begin` begins transactions: the driver would leave out what makes tables
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    if statement := connection.get_execution_options().get("begin", READING["begin"]):
        connection.exec_driver_sql(statement)


def _bring_up_to_date(engine: Engine, name: str, vault: Vault) -> None:
    with engine.begin() as connection:
        names = inspect(connection).get_table_names()
        version = _version(connection) if _ALEMBIC in names else None
    known = _known_versions()
    if names and _ALEMBIC not in names:
        raise InputError(name, "is a database of another program", "name another file")
    if version is not None and version not in known:
        problem = f"is of version {version}, newer than this program knows ({known[-1]})"
        raise InputError(name, problem, "use the newest OpenLumbar, or name another file")
    with engine.execution_options(**NO_TRANSACTION).connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    if version != known[-1]:
        with engine.execution_options(**WRITING).begin() as connection:
            _migrate(connection, vault)
        if version is not None:
            _forget_the_former(engine)
    with engine.begin() as connection:
        data_keys.prepare(connection, vault)


def _migrate(connection: Connection, vault: Vault) -> None:
    from alembic import command

    command.upgrade(migrations(connection, vault), "head")


def _forget_the_former(engine: Engine) -> None:
    """Leave nothing behind of how it was written before; where there is no room for that, the next purge does it."""
    with contextlib.suppress(DBAPIError), engine.execution_options(**NO_TRANSACTION).connect() as connection:
        scrub(connection, is_needed=True)


def _known_versions() -> list[str]:
    versions = files(_PACKAGE).joinpath(_MIGRATIONS, "versions").iterdir()
    return sorted(file.name.partition("_")[0] for file in versions if file.name.endswith(".py"))


def _version(connection: Connection) -> str | None:
    return connection.execute(select(column("version_num")).select_from(table(_ALEMBIC))).scalar()
