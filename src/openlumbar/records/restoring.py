"""Putting a backup back: wholly or not at all, whichever database it was made of."""

import contextlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, delete, select, text

from openlumbar.errors import InputError
from openlumbar.records import audit
from openlumbar.records.archive import KEY, RECORDINGS, BackupFile, OnProgress, damaged, reflected
from openlumbar.records.database import WRITING, known_versions, migrations
from openlumbar.records.key_file import PRIVATE_FOLDER
from openlumbar.records.master_keys import MasterKeys
from openlumbar.records.passphrase import unwrap_keys
from openlumbar.records.people import SELF
from openlumbar.records.postgresql_server import is_address, wait_for_turn
from openlumbar.records.sqlite_file import path_of
from openlumbar.records.store import Store
from openlumbar.records.tables import account, data_key, entry, person, session
from openlumbar.records.trouble import StoreError, code_of
from openlumbar.records.vault import Vault, Wrapped

_AT_ONCE = 500
_PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    rows: int
    recordings: int


@dataclass(frozen=True, slots=True)
class _Source:
    """A backup, and what opens its data keys."""

    file: BackupFile
    vault: Vault


class _HeldKeys:
    """Master keys that lie nowhere but in memory."""

    name = "the key in the backup"

    def __init__(self, keys: MasterKeys) -> None:
        self._keys = keys

    def load(self) -> MasterKeys | None:
        return self._keys

    def save(self, keys: MasterKeys) -> None:
        self._keys = keys

    def make(self, keys: MasterKeys) -> MasterKeys:
        del keys
        return self._keys


def restore(
    path: Path,
    where: str | Path,
    vault: Vault,
    *,
    passphrase: str | None = None,
    replace: bool = False,
    despite_audit: bool = False,
    kept_dir: Path | None = None,
    by: str | None = None,
    on_progress: OnProgress = lambda _done, _total: None,
) -> Restored:
    """Put a backup into a database that is empty, or with `replace` in place of all that is there.

    The data keys are sealed anew with the master key of `vault`, so that a key that came with the backup need not be
    kept. Killed at any moment, the database is as it was before.

    Raises:
        InputError: when the backup is damaged, of a newer version or its audit was changed (unless `despite_audit`),
            its key is missing or wrong, or the place is in use.
    """
    file = BackupFile.open(path)
    try:
        source = _source(file, vault, passphrase)
        _check_version(file)
        _check_key(source)
        fill = _Fill(source, despite_audit, by, on_progress)
        if is_address(where):
            _into_server(where, vault, fill, replace)
        else:
            _into_file(path_of(where), vault, fill, replace)
        return Restored(file.manifest.rows, _put_recordings(file, kept_dir))
    finally:
        file.close()


@dataclass(frozen=True, slots=True)
class _Fill:
    """Fills a database from a backup, within one transaction."""

    source: _Source
    despite_audit: bool
    by: str | None
    on_progress: OnProgress

    def __call__(self, store: Store) -> None:
        from alembic import command

        manifest = self.source.file.manifest
        with store.transaction(WRITING) as connection:
            _drop_everything(connection)
            command.upgrade(migrations(connection, store.vault), manifest.version)
            self._insert(connection, store.vault)
            command.upgrade(migrations(connection, store.vault), "head")
            self._check(connection)
            details = {"entries": manifest.audit_entries}
            audit.record(connection, "restored", actor=self.by, details=details)

    def _insert(self, connection: Connection, vault: Vault) -> None:
        file, tables = self.source.file, {table.name: table for table in reflected(connection)}
        for table in reversed(tables.values()):
            if connection.execute(select(table).limit(1)).first():  # what a migration puts into a new database
                connection.execute(delete(table))
        if {part.name for part in file.manifest.tables} != set(tables):
            raise damaged(file.name, "its tables are not those of its version")
        done = 0
        for name, table in tables.items():
            (part,) = (each for each in file.manifest.tables if each.name == name)
            rows = file.rows(part, table)
            if name == "data_key":
                rows = (self._sealed_anew(row, vault) for row in rows)
            while batch := list(islice(rows, _AT_ONCE)):
                connection.execute(table.insert(), batch)
                done += len(batch)
                self.on_progress(done, file.manifest.rows)

    def _sealed_anew(self, row: dict[str, Any], vault: Vault) -> dict[str, Any]:
        key = self.source.vault.unwrap(row["id"], Wrapped(row["version"], row["wrapped"]))
        wrapped = vault.wrap(row["id"], key)
        return {"id": row["id"], "version": wrapped.version, "wrapped": wrapped.sealed}

    def _check(self, connection: Connection) -> None:
        file = self.source.file
        if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
            raise damaged(file.name, "rows that belong together are not both there")
        end = audit.head(connection)
        broken = audit.first_broken(connection)
        if broken is None and (end.entries, end.hash.hex()) == (file.manifest.audit_entries, file.manifest.audit_hash):
            return
        if not self.despite_audit:
            what = f"entry {broken} of its audit was changed" if broken else "its audit does not end where it did"
            raise InputError(
                file.name, what, "find out who did that; --despite-audit puts it back with the audit as it is"
            )


def _source(file: BackupFile, vault: Vault, passphrase: str | None) -> _Source:
    if passphrase is not None:
        if not file.manifest.has_key:
            raise InputError(file.name, "holds no key", "leave the passphrase out, and put the key in its place")
        return _Source(file, Vault(_HeldKeys(unwrap_keys(file.archive.read(KEY), passphrase, file.name))))
    if vault.place.load() is None:
        remedy = "use --with-key and its passphrase" if file.manifest.has_key else "put your copy of the key there"
        raise InputError(vault.place.name, f"is missing, and {file.name} cannot be read without its key", remedy)
    return _Source(file, vault)


def _check_version(file: BackupFile) -> None:
    version, known = file.manifest.version, known_versions()
    if version not in known:
        problem = f"is of version {version}, newer than this program knows ({known[-1]})"
        raise InputError(file.name, problem, "use the newest OpenLumbar")


def _check_key(source: _Source) -> None:
    """See that the key opens every data key before anything is touched.

    Raises:
        InputError: when it does not.
    """
    parts = {part.name: part for part in source.file.manifest.tables}
    if "data_key" not in parts:
        raise damaged(source.file.name, "it holds no data keys")
    for row in source.file.rows(parts["data_key"], data_key):
        source.vault.unwrap(row["id"], Wrapped(row["version"], row["wrapped"]))


def _into_server(where: str | Path, vault: Vault, fill: _Fill, replace: bool) -> None:
    store = Store.open(where, vault)
    try:
        if not replace and _is_used(store):
            raise _not_empty(store.name)
        fill(store)
        with contextlib.suppress(StoreError):  # what was replaced is sealed, and its keys are gone
            store.scrub()
    finally:
        store.close()


def _into_file(path: Path, vault: Vault, fill: _Fill, replace: bool) -> None:
    """Fill a new file beside the one that is to be, and give it its name once everything is in it."""
    if path.exists() and not replace:
        _refuse_used(path, vault)
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.restored")
    try:
        store = Store.open(fresh, vault)
        try:
            fill(store)
        finally:
            store.close()
        _settle(fresh)
        with _nobody_else(path):
            fresh.replace(path)
        _settle(path.parent)
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)


def _refuse_used(path: Path, vault: Vault) -> None:
    store = Store.open(path, vault)
    try:
        if _is_used(store):
            raise _not_empty(path.name)
    finally:
        store.close()


def _is_used(store: Store) -> bool:
    """Tell whether there is anything that would be lost."""
    queries = [select(table).limit(1) for table in (session, entry, account)]
    queries.append(select(person).where(person.c.id != SELF).limit(1))
    with store.transaction() as connection:
        return any(connection.execute(query).first() is not None for query in queries)


def _not_empty(name: str) -> InputError:
    return InputError(name, "holds records already", "back them up, then add --replace; or name another place")


@contextlib.contextmanager
def _nobody_else(path: Path) -> Iterator[None]:
    """Take a file of SQLite for ourselves, without its log, so that another can take its place.

    Raises:
        StoreError: when another program has it open.
    """
    if not path.exists():
        yield
        return
    connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")  # refused while anybody else has it open
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        if code_of(error) != "damaged":
            raise StoreError(path.name, code_of(error)) from None
        for suffix in ("-wal", "-shm"):  # they must not be taken for those of the new file
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    try:
        yield
    finally:
        connection.close()


def _settle(place: Path) -> None:
    """Make sure that a file, or the names in a folder, outlast a power failure."""
    if place.is_dir() and os.name == "nt":
        return
    opened = os.open(place, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _drop_everything(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        wait_for_turn(connection)
    metadata = MetaData()
    metadata.reflect(connection)
    metadata.drop_all(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS audit_is_append_only")


def _put_recordings(file: BackupFile, kept_dir: Path | None) -> int:
    """Put recordings back that are not there already; return how many the backup holds."""
    names = [name for name in file.archive.namelist() if name.startswith(RECORDINGS) and not name.endswith("/")]
    for name in names if kept_dir is not None else []:
        place = (kept_dir or Path()) / name.removeprefix(RECORDINGS)
        if not place.resolve().is_relative_to((kept_dir or Path()).resolve()):
            raise damaged(file.name, "a recording has a place elsewhere")
        place.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        fresh = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
        with file.archive.open(name) as recording, fresh.open("wb") as copy:
            shutil.copyfileobj(recording, copy)
        fresh.replace(place)
    return len(names)
