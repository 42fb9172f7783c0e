"""The layout of a backup: every table as lines of JSON in a ZIP, and what is needed to tell that nothing is missing.

- `tables/NAME.jsonl`: one row a line, an object by column; moments and days in ISO 8601, bytes in base64
- `key.json`: the master key, wrapped with a passphrase, where that was wanted
- `recordings/…`: recordings that were kept by choice, where they were wanted
- `manifest.json`: the last member, so that a file without its end is no backup

It holds the same whichever database it was made of, so that it can be put back into either.
"""

import base64
import binascii
import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Date, DateTime, LargeBinary, MetaData, Table, event
from sqlalchemy.types import TypeEngine

from openlumbar.errors import InputError
from openlumbar.records.tables import UtcDateTime

FORMAT = 1
"""Number of the layout; it grows when an older program could not read it."""

MANIFEST, KEY, RECORDINGS = "manifest.json", "key.json", "recordings/"

OnProgress = Callable[[int, int | None], None]

_ALEMBIC = "alembic_version"
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
"""What `zipfile` raises where bytes of a member were changed: in its header, its method, its data, its checksum."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TablePart(_Frozen):
    """One table of a backup: how many rows, and the SHA-256 of its lines."""

    name: str = Field(pattern=r"^[a-z_]+$")
    rows: int = Field(ge=0)
    sha256: str

    @property
    def member(self) -> str:
        """Name its file in the archive."""
        return f"tables/{self.name}.jsonl"


class Manifest(_Frozen):
    """What a backup holds: `version` is that of the tables, `audit_hash` the hash at the end of the audit."""

    format: int
    openlumbar: str
    version: str
    made_at: AwareDatetime
    tables: tuple[TablePart, ...]
    audit_entries: int
    audit_hash: str
    has_key: bool
    recordings: int

    @property
    def rows(self) -> int:
        """Count the rows of all tables."""
        return sum(part.rows for part in self.tables)


def reflected(connection: Connection) -> list[Table]:
    """Read what tables there are in a database, those that others refer to first."""
    metadata = MetaData()

    @event.listens_for(metadata, "column_reflect")
    def keep_time_zones(_inspector: object, _table: object, column: dict[str, Any]) -> None:
        if isinstance(column["type"], DateTime):
            column["type"] = UtcDateTime()

    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != _ALEMBIC]


def write_table(archive: zipfile.ZipFile, table: Table, rows: Iterable[Mapping[str, Any]]) -> TablePart:
    """Write one table's rows."""
    digest, count = hashlib.sha256(), 0
    member = TablePart(name=table.name, rows=0, sha256="").member
    with archive.open(_private(member), "w", force_zip64=True) as file:
        for row in rows:
            count += 1
            told = {name: _plain(value) for name, value in row.items()}
            line = json.dumps(told, separators=(",", ":"), allow_nan=False).encode() + b"\n"
            digest.update(line)
            file.write(line)
    return TablePart(name=table.name, rows=count, sha256=digest.hexdigest())


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """End an archive."""
    archive.writestr(_private(MANIFEST), manifest.model_dump_json(indent=1))


class BackupFile:
    """A backup that was found to be whole."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest, name: str) -> None:
        """Take the open archive and what it says it holds."""
        self.archive, self.manifest, self.name = archive, manifest, name

    @classmethod
    def open(cls, path: Path, on_progress: OnProgress = lambda _done, _total: None) -> "BackupFile":
        """Open a backup and read it through once.

        Raises:
            InputError: when it is none, is damaged, or was made by a newer program.
        """
        try:
            archive = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise InputError(str(path), "there is no such file", "check the path") from None
        except (zipfile.BadZipFile, OSError):
            raise InputError(str(path), "is no backup, or its end is missing", "name another file") from None
        try:
            found = cls(archive, _read_manifest(archive, path.name), path.name)
            found._check(on_progress)
        except BaseException:
            archive.close()
            raise
        return found

    def rows(self, part: TablePart, table: Table) -> Iterator[dict[str, Any]]:
        """Read one table's rows, as values for a table of a database.

        Raises:
            InputError: when a row does not fit.
        """
        with self.archive.open(part.member) as file:
            for line in file:
                try:
                    told = json.loads(line)
                    yield {name: _value(value, table.c[name].type) for name, value in told.items()}
                except (ValueError, KeyError, TypeError, binascii.Error):
                    raise damaged(self.name, f"a row of {part.name} does not fit") from None

    def close(self) -> None:
        """Close the file."""
        self.archive.close()

    def _check(self, on_progress: OnProgress) -> None:
        done = 0
        for part in self.manifest.tables:
            digest, rows = hashlib.sha256(), 0
            for line in self._lines(part):
                digest.update(line)
                rows += 1
                on_progress(done + rows, self.manifest.rows)
            done += rows
            if (rows, digest.hexdigest()) != (part.rows, part.sha256):
                raise damaged(self.name, f"{part.name} is not as it was written")

    def _lines(self, part: TablePart) -> Iterator[bytes]:
        try:
            with self.archive.open(part.member) as file:
                yield from file
        except (KeyError, *_UNREADABLE):
            raise damaged(self.name, f"{part.name} cannot be read") from None


def damaged(name: str, what: str) -> InputError:
    """Say that a backup is not as it was made."""
    return InputError(name, f"is damaged ({what})", "use another backup")


def _read_manifest(archive: zipfile.ZipFile, name: str) -> Manifest:
    try:
        told = json.loads(archive.read(MANIFEST))
        if isinstance(told, dict) and isinstance(told.get("format"), int) and told["format"] > FORMAT:
            raise InputError(name, "was made by a newer OpenLumbar", "use the newest one")
        return Manifest.model_validate(told)
    except InputError:
        raise
    except KeyError:
        raise InputError(name, "is no backup of OpenLumbar", "name another file") from None
    except _UNREADABLE:  # a ValidationError is a ValueError
        raise damaged(name, "its manifest cannot be read") from None


def _private(member: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return info


def _plain(value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case _:
            return value


def _value(told: Any, kind: TypeEngine[Any]) -> Any:
    match kind:
        case _ if told is None:
            return None
        case UtcDateTime():
            return datetime.fromisoformat(told)
        case Date():
            return date.fromisoformat(told)
        case LargeBinary():
            return base64.b64decode(told, validate=True)
        case _:
            return told
