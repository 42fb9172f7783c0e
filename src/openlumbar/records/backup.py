"""Backups: everything there is at one moment in one file, while the program runs."""

import contextlib
import os
import secrets
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from argon2 import Parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import Connection, Table, func, select, text

from openlumbar import __version__
from openlumbar.errors import InputError
from openlumbar.records import audit
from openlumbar.records.archive import (
    FORMAT,
    KEY,
    RECORDINGS,
    BackupFile,
    Manifest,
    OnProgress,
    reflected,
    write_manifest,
    write_table,
)
from openlumbar.records.database import READING
from openlumbar.records.key_file import PRIVATE_FILE
from openlumbar.records.passphrase import wrap_keys
from openlumbar.records.store import Store
from openlumbar.records.vault import Vault, Wrapped

_AT_ONCE = 500
_FASTEST = 1  # what is sealed does not get smaller


class Passphrase(NamedTuple):
    """What wraps the master key, and how much it costs to try one."""

    words: str
    costs: Parameters = RFC_9106_LOW_MEMORY


def backup(
    store: Store,
    path: Path,
    *,
    passphrase: Passphrase | None = None,
    kept_dir: Path | None = None,
    by: str | None = None,
    at: datetime | None = None,
    on_progress: OnProgress = lambda _done, _total: None,
) -> Manifest:
    """Write a backup, wholly or not at all; it can be made while others write.

    What is sealed stays so: without the master key nobody can read it. With a passphrase the key goes along, wrapped.
    `kept_dir` is the folder of recordings, which are not sealed; None leaves them out.

    Raises:
        InputError: when the file is there already or cannot be written, or the key does not open the records.
    """
    moment = at or datetime.now(UTC)
    with whole_file(path) as fresh:
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, compresslevel=_FASTEST) as archive:
            manifest = _write(archive, store, passphrase, kept_dir, moment, on_progress)
        BackupFile.open(fresh).close()  # read it through once: a backup that cannot be read is none
    details = {"with_key": passphrase is not None}
    audit.Audit(store).write(by, "backed_up", details=details, at=moment)
    return manifest


def _write(
    archive: zipfile.ZipFile,
    store: Store,
    passphrase: Passphrase | None,
    kept_dir: Path | None,
    at: datetime,
    on_progress: OnProgress,
) -> Manifest:
    with _moment(store) as connection:
        tables = reflected(connection)
        total = sum(connection.execute(select(func.count()).select_from(table)).scalar() or 0 for table in tables)
        counted = _Counted(on_progress, total)
        parts = tuple(write_table(archive, table, counted(_rows(connection, table))) for table in tables)
        end = audit.head(connection)
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        _check_key(connection, store.vault, tables)
    if passphrase is not None:
        archive.writestr(KEY, wrap_keys(store.vault.master_keys, passphrase.words, passphrase.costs))
    manifest = Manifest(
        format=FORMAT,
        openlumbar=__version__,
        version=str(version),
        made_at=at,
        tables=parts,
        audit_entries=end.entries,
        audit_hash=end.hash.hex(),
        has_key=passphrase is not None,
        recordings=_add_recordings(archive, kept_dir),
    )
    write_manifest(archive, manifest)
    return manifest


@contextlib.contextmanager
def _moment(store: Store) -> Iterator[Connection]:
    """Read everything as it is at one moment, whatever others write meanwhile."""
    how = dict(READING)
    if store.engine.dialect.name == "postgresql":
        how["isolation_level"] = "REPEATABLE READ"
    with store.transaction(how) as connection:
        yield connection


def _rows(connection: Connection, table: Table) -> Iterator[Mapping[str, Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    for rows in connection.execution_options(yield_per=_AT_ONCE).execute(query).partitions():
        yield from (dict(row._mapping) for row in rows)


class _Counted:
    """Tells how many rows are done of all."""

    def __init__(self, on_progress: OnProgress, total: int) -> None:
        self._on_progress, self._total, self._done = on_progress, total, 0

    def __call__(self, rows: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for row in rows:
            self._done += 1
            self._on_progress(self._done, max(self._done, self._total))
            yield row


def _check_key(connection: Connection, vault: Vault, tables: list[Table]) -> None:
    """See that the key opens what is backed up, before it is too late.

    Raises:
        InputError: when it does not.
    """
    (keys,) = (table for table in tables if table.name == "data_key")
    for row in connection.execute(select(keys.c.id, keys.c.version, keys.c.wrapped)):
        vault.unwrap(row.id, Wrapped(row.version, row.wrapped))


def _add_recordings(archive: zipfile.ZipFile, kept_dir: Path | None) -> int:
    files = [place for place in sorted(kept_dir.rglob("*")) if place.is_file()] if kept_dir is not None else []
    for place in files:
        name = f"{RECORDINGS}{place.relative_to(kept_dir or place).as_posix()}"
        about = zipfile.ZipInfo.from_file(place, name, strict_timestamps=False)
        with place.open("rb") as recording, archive.open(about, "w", force_zip64=True) as copy:
            shutil.copyfileobj(recording, copy)
    return len(files)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a new file beside the one that is to be, and its name to it once all went well.

    Raises:
        InputError: when there is a file of that name already, or none can be made there.
    """
    if path.exists():
        raise InputError(str(path), "is there already", "name another file")
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
        yield fresh
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.rename(path)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError(str(path), f"cannot be written ({reason})", "make room, or name another file") from None
    finally:
        fresh.unlink(missing_ok=True)
