"""A file of SQLite: made for its owner alone, and set up so that it keeps what was committed."""

import contextlib
import os
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from openlumbar.errors import InputError
from openlumbar.records.json_text import to_text
from openlumbar.records.key_file import PRIVATE_FILE, PRIVATE_FOLDER

BUSY_S = 5.0
"""How long to wait for another process that writes."""

_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = NORMAL",  # with a write-ahead log a crash of the program loses nothing committed
    "PRAGMA secure_delete = ON",  # what is deleted is overwritten
)
_IN_MEMORY = ":memory:"


def path_of(where: str | Path) -> Path:
    """Name the file that a path or a `sqlite:///` address stands for.

    Raises:
        InputError: when it is the address of something else.
    """
    remedy = "give a path, or sqlite:/// and a path"
    if isinstance(where, Path) or "://" not in where:
        return Path(where).absolute()
    try:
        url = make_url(where)
    except ArgumentError:
        raise InputError("database", "its address cannot be read", remedy) from None
    if url.get_backend_name() != "sqlite" or url.database in (None, _IN_MEMORY) or url.query:
        remedy = f"{remedy}, or postgresql://USER@HOST/DATABASE"
        raise InputError(url.render_as_string(), "is not the address of a file of SQLite", remedy)
    return Path(str(url.database)).absolute()


def open_file(path: Path) -> Engine:
    """Make the file if there is none, and prepare to use it.

    Raises:
        InputError: when it cannot be made or opened.
    """
    _make(path)
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args={"timeout": BUSY_S}, json_serializer=to_text, hide_parameters=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def keep_private(path: Path) -> None:
    """Take others' permissions away, which a copy put back from a backup may have."""
    if path.stat().st_mode & 0o077:
        with contextlib.suppress(PermissionError):  # it belongs to somebody else, who may share it
            path.chmod(PRIVATE_FILE)


def keep_log(engine: Engine) -> None:
    """Write ahead into a log, so that reading and writing do not wait for each other."""
    with engine.execution_options(begin=None).connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def scrub_file(engine: Engine, *, is_needed: bool) -> None:
    """Write the file anew, when asked or when something was freed in it since, so that nothing deleted is left.

    `secure_delete` alone leaves copies of rows behind that were moved before they were deleted.
    """
    with engine.execution_options(begin=None).connect() as connection:
        if is_needed or connection.exec_driver_sql("PRAGMA freelist_count").scalar():
            connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
    except IsADirectoryError:
        raise InputError(str(path), "is a folder", "name a file in it") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "unknown reason").lower()
        raise InputError(str(path), f"cannot be opened or made ({reason})", "name another file") from None


def _set_up(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # `_begin` begins transactions: the driver would leave out what makes tables
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if level := options.get("synchronous"):
        connection.exec_driver_sql(f"PRAGMA synchronous = {level}")  # it stays so on this connection, which is no harm
    if statement := options.get("begin", "BEGIN"):
        connection.exec_driver_sql(statement)
