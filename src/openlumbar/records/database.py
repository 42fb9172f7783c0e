"""The database that records live in: found or made, refused when it is not ours, brought up to date."""

import contextlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import column, table

from openlumbar.errors import InputError
from openlumbar.records import data_keys
from openlumbar.records.postgresql_server import (
    address_of,
    is_address,
    open_server,
    refusal,
    scrub_server,
    wait_for_turn,
)
from openlumbar.records.sqlite_file import keep_log, keep_private, open_file, path_of, scrub_file
from openlumbar.records.trouble import StoreError, code_of
from openlumbar.records.vault import Vault

if TYPE_CHECKING:
    from alembic.config import Config

READING: Mapping[str, str | None] = {"begin": "BEGIN"}
WRITING: Mapping[str, str | None] = {"begin": "BEGIN IMMEDIATE"}
WRITING_SAFELY: Mapping[str, str | None] = {**WRITING, "synchronous": "FULL"}
"""Execution options of a connection: one that writes waits for its turn at once, so that it cannot fail half-way.

What is written safely outlasts a power failure too. PostgreSQL, where several may write at a time and all of it
outlasts that, needs none of these.
"""

_PACKAGE, _MIGRATIONS = "openlumbar.records", "migrations"
_ALEMBIC = "alembic_version"


def open_database(where: str | Path, vault: Vault | None = None) -> tuple[Engine, str, Vault]:
    """Open the database at a path or address, with its name and its vault; a file is made if there is none.

    Raises:
        InputError: when it cannot be made or opened, is no database of records, is of a newer version, or the key is
            missing or another one's.
    """
    return _open_server(str(where), vault) if is_address(where) else _open_file(path_of(where), vault)


def name_of(where: str | Path) -> str:
    """Call a database by its path, or its address without a password.

    Raises:
        InputError: when it is neither.
    """
    return address_of(str(where)) if is_address(where) else str(path_of(where))


def migrations(connection: Connection, vault: Vault) -> "Config":
    """Configure Alembic to move this connection's database up or down, within its transaction."""
    from alembic.config import Config  # only a new or older file needs Alembic, which takes 0.4 s to import

    config = Config(attributes={"connection": connection, "vault": vault})
    config.set_main_option("script_location", f"{_PACKAGE}:{_MIGRATIONS}")
    return config


def scrub(engine: Engine, *, is_needed: bool) -> None:
    """See that nothing deleted is left in the database's files, as far as it has a say in that."""
    if engine.dialect.name == "postgresql":
        scrub_server(engine, is_needed=is_needed)
    else:
        scrub_file(engine, is_needed=is_needed)


def _open_file(path: Path, vault: Vault | None) -> tuple[Engine, str, Vault]:
    vault = vault or Vault.beside(path)
    engine = open_file(path)
    try:
        _bring_up_to_date(engine, path.name, vault)
        keep_private(path)
    except DBAPIError as error:
        engine.dispose()
        raise StoreError(path.name, code_of(error.orig)) from None
    except BaseException:
        engine.dispose()
        raise
    return engine, path.name, vault


def _open_server(address: str, vault: Vault | None) -> tuple[Engine, str, Vault]:
    engine, name = open_server(address)
    if vault is None:
        raise InputError("the key of the records", "has no place", "name its file with --key-file")
    try:
        _bring_up_to_date(engine, name, vault)
    except DBAPIError as error:
        engine.dispose()
        raise refusal(engine, error) or StoreError(name, code_of(error.orig)) from None
    except BaseException:
        engine.dispose()
        raise
    return engine, name, vault


def _bring_up_to_date(engine: Engine, name: str, vault: Vault) -> None:
    with engine.begin() as connection:
        names = inspect(connection).get_table_names()
        version = _version(connection) if _ALEMBIC in names else None
    known = known_versions()
    if names and _ALEMBIC not in names:
        raise InputError(name, "is a database of another program", "name another file")
    if version is not None and version not in known:
        problem = f"is of version {version}, newer than this program knows ({known[-1]})"
        raise InputError(name, problem, "use the newest OpenLumbar, or name another file")
    if engine.dialect.name == "sqlite":
        keep_log(engine)
    if version != known[-1]:
        with engine.execution_options(**WRITING).begin() as connection:
            _migrate(connection, vault)
        if version is not None:
            with contextlib.suppress(DBAPIError):  # where there is no room for it, the next purge does it
                scrub(engine, is_needed=True)
    with engine.begin() as connection:
        data_keys.prepare(connection, vault)


def _migrate(connection: Connection, vault: Vault) -> None:
    from alembic import command

    if connection.dialect.name == "postgresql":
        wait_for_turn(connection)
    command.upgrade(migrations(connection, vault), "head")


def known_versions() -> list[str]:
    """List the versions of the tables that this program can bring up to date, the newest last."""
    versions = files(_PACKAGE).joinpath(_MIGRATIONS, "versions").iterdir()
    return sorted(file.name.partition("_")[0] for file in versions if file.name.endswith(".py"))


def _version(connection: Connection) -> str | None:
    return connection.execute(select(column("version_num")).select_from(table(_ALEMBIC))).scalar()
