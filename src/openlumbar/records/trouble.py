"""What can stand in the way of saving: a code for programs, and words for people in both languages."""

import sqlite3
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from openlumbar.cards import Language, Text
from openlumbar.errors import InputError

TroubleCode = Literal["full", "locked", "denied", "damaged", "unreachable", "failed", "lost"]

_SQLITE_CODES: Mapping[int, TroubleCode] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "denied",
    sqlite3.SQLITE_PERM: "denied",
    sqlite3.SQLITE_CANTOPEN: "denied",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
}
_POSTGRESQL_STATES: Mapping[str, TroubleCode] = {
    "53100": "full",
    "55P03": "locked",
    "40P01": "locked",
    "40001": "locked",
    "25006": "denied",  # the server only reads just now
    "42501": "denied",
    "XX001": "damaged",
    "XX002": "damaged",
    "53300": "unreachable",  # too many are connected
    "57P01": "unreachable",
    "57P02": "unreachable",
    "57P03": "unreachable",
}
"""SQLSTATE of PostgreSQL (its documentation, appendix A) and what it means here."""

_PRIMARY = 0xFF  # SQLite's longer codes tell more in their upper bytes

_ENGLISH: Mapping[TroubleCode, tuple[str, str]] = {
    "full": ("cannot be written to, the disk is full", "make room on it"),
    "locked": ("is in use by another program", "close that program and try again"),
    "denied": ("cannot be opened or written to", "allow yourself to write to it and its folder, or name another file"),
    "damaged": ("is not a file of records, or is damaged", "name another file, or restore it from a backup"),
    "unreachable": ("cannot be reached just now", "start the database server again, or wait until it is back"),
    "failed": ("cannot be read or written", "check the disk, or name another file"),
    "lost": ("a part could not be saved", "the record is not complete"),
}


class StoreError(InputError):
    """The file of records cannot be read or written just now; `code` says why."""

    def __init__(self, name: str, code: TroubleCode) -> None:
        """Compose the line from the file's name and what stands in the way."""
        super().__init__(name, *_ENGLISH[code])
        self.code: TroubleCode = code


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands in the way of saving: how many entries wait to be written, how many are lost for good."""

    code: TroubleCode
    waiting: int
    lost: int

    def text(self, language: Language = "en") -> str:
        """Say what happened and what to do, in one paragraph."""
        lost: list[TroubleCode] = ["lost"] if self.lost and self.code != "lost" else []
        troubles = [_load_troubles().trouble[code] for code in (self.code, *lost)]
        sentences = [part.in_language(language) for trouble in troubles for part in (trouble.message, trouble.remedy)]
        return (" " if language == "en" else "").join(sentences)


def code_of(error: BaseException | None) -> TroubleCode:
    """Name what a driver's error means for the person."""
    if state := sqlstate_of(error):
        return _POSTGRESQL_STATES.get(state, "failed")
    if type(error).__name__ == "InterfaceError" and not isinstance(error, sqlite3.Error):
        return "unreachable"  # what pg8000 says when nobody answers any more
    return _SQLITE_CODES.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY, "failed")


def sqlstate_of(error: BaseException | None) -> str | None:
    """Return the SQLSTATE that a PostgreSQL server gave; None when the error is not one of such a server."""
    told = error.args[0] if error is not None and error.args else None
    state = told.get("C") if isinstance(told, Mapping) else None
    return state if isinstance(state, str) else None


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    message: Text
    remedy: Text


class _Troubles(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    trouble: dict[TroubleCode, _Words]


@cache
def _load_troubles() -> _Troubles:
    text = files("openlumbar.content").joinpath("messages", "records.toml").read_text(encoding="utf-8")
    return _Troubles.model_validate(tomllib.loads(text))
