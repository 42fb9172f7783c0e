"""Everything of a person as one ZIP: for other programs, for spreadsheets, and for the person.

`person.json` holds `{"openlumbar": version, "format": 1, "made_at", "person", "account", "therapists", "diary",
"sessions", "audit"}`: the person's name; the account without its password; the diary with what was withdrawn; every
session with its events; who did what with the record. The tables hold the same, and the signals of each session.
"""

import json
import shutil
import tomllib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from openlumbar import __version__
from openlumbar.cards import Language, Text
from openlumbar.records.account_rows import Account, account_of_row
from openlumbar.records.audit import Audit, AuditEntry
from openlumbar.records.diary import Diary
from openlumbar.records.export import LoadsOf, no_loads, repetitions_csv, session_json
from openlumbar.records.people import People, unknown_person
from openlumbar.records.person_tables import diary_csv, sessions_csv, signals_csv
from openlumbar.records.store import SessionRow, Store
from openlumbar.records.tables import account, session, therapist_patient

FORMAT = 1
"""Number of the layout of `person.json`; it grows when a field changes its meaning or goes."""

OnProgress = Callable[[int, int | None], None]

_LANGUAGES: tuple[Language, ...] = ("en", "zh")


def export_person(
    store: Store,
    person_id: str,
    file: BinaryIO,
    *,
    kept_dir: Path | None = None,
    by: str | None = None,
    at: datetime | None = None,
    loads_of: LoadsOf = no_loads,
    on_progress: OnProgress = lambda _done, _total: None,
) -> None:
    """Write everything of a person as a ZIP; `kept_dir` is the folder of recordings kept by choice.

    `loads_of` tells what the disc carried in a session, as in `export_json`.

    Raises:
        InputError: when there is no such person, or something of theirs is damaged.
    """
    made_at = at or datetime.now(UTC)
    sessions = _sessions(store, person_id)
    told = _told(store, person_id, sessions, made_at, loads_of)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _readme(made_at))
        archive.writestr("person.json", json.dumps(told, ensure_ascii=False, allow_nan=False, indent=1))
        for kind, entries in _by_kind(told["diary"]).items():
            archive.writestr(f"diary/{kind}.csv", diary_csv(entries))
        archive.writestr("sessions.csv", sessions_csv(sessions))
        archive.writestr("repetitions.csv", repetitions_csv(store, sessions, loads_of))
        for done, row in enumerate(sessions):
            on_progress(done, len(sessions))
            signals = store.signals(row.id)
            if len(signals):
                archive.writestr(f"signals/{row.id}.csv", signals_csv(signals))
            if kept_dir is not None and row.kept_file is not None:
                _add_recording(archive, kept_dir, row.kept_file)
    Audit(store).write(by, "exported", person_id, at=made_at)


def _told(
    store: Store, person_id: str, sessions: Sequence[SessionRow], made_at: datetime, loads_of: LoadsOf
) -> dict[str, Any]:
    person = People(store).get(person_id)
    if person is None:
        raise unknown_person(person_id)
    own, therapists = _accounts(store, person_id)
    about = {person_id, *([own.id] if own else [])}
    audit = [_audit_json(entry) for entry in reversed(Audit(store).entries()) if entry.subject in about]
    return {
        "openlumbar": __version__,
        "format": FORMAT,
        "made_at": made_at.isoformat(),
        "person": {"id": person.id, "name": person.name, "created_at": person.created_at.isoformat()},
        "account": None if own is None else _account_json(own),
        "therapists": [{"account": each.id, "name": each.name} for each in therapists],
        "diary": _diary_json(store, person_id),
        "sessions": [session_json(store, row, loads_of=loads_of) for row in sessions],
        "audit": audit,
    }


def _sessions(store: Store, person_id: str) -> list[SessionRow]:
    """Return a person's sessions, newest first, those that were deleted but can be brought back included."""
    query = select(session.c.id).where(session.c.person_id == person_id)
    with store.transaction() as connection:
        ids = connection.execute(query.order_by(session.c.started_at.desc(), session.c.id.desc())).scalars().all()
    return [row for session_id in ids if (row := store.session(session_id)) is not None]


def _accounts(store: Store, person_id: str) -> tuple[Account | None, list[Account]]:
    linked = select(therapist_patient.c.therapist_id).where(therapist_patient.c.person_id == person_id)
    with store.transaction() as connection:
        own = connection.execute(select(account).where(account.c.person_id == person_id)).first()
        therapists = connection.execute(select(account).where(account.c.id.in_(linked)).order_by(account.c.name)).all()
    return None if own is None else account_of_row(own), [account_of_row(row) for row in therapists]


def _account_json(own: Account) -> dict[str, Any]:
    told = {"id": own.id, "name": own.name, "role": own.role, "has_totp": own.has_totp}
    disabled_at = None if own.disabled_at is None else own.disabled_at.isoformat()
    return told | {"created_at": own.created_at.isoformat(), "disabled_at": disabled_at}


def _diary_json(store: Store, person_id: str) -> list[dict[str, Any]]:
    entries = Diary(store).everything(person_id)
    gone = {entry.data.get("number") for entry in entries if entry.kind == "withdrawn"}
    return [
        asdict(entry) | {"day": entry.day.isoformat(), "at": entry.at.isoformat(), "withdrawn": entry.number in gone}
        for entry in entries
    ]


def _audit_json(entry: AuditEntry) -> dict[str, Any]:
    told = {"number": entry.number, "at": entry.at.isoformat(), "actor": entry.actor, "action": entry.action}
    return told | {"subject": entry.subject, "details": dict(entry.details)}


def _by_kind(entries: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        found.setdefault(entry["kind"], []).append(entry)
    return found


def _add_recording(archive: zipfile.ZipFile, kept_dir: Path, kept_file: str) -> None:
    place = kept_dir / kept_file
    if not place.resolve().is_relative_to(kept_dir.resolve()) or not place.is_file():
        return
    about = zipfile.ZipInfo.from_file(place, f"recordings/{kept_file}", strict_timestamps=False)
    with place.open("rb") as recording, archive.open(about, "w", force_zip64=True) as copy:
        shutil.copyfileobj(recording, copy)


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    heading: Text
    line: tuple[Text, ...]


@cache
def _words() -> _Words:
    text = files("openlumbar.content").joinpath("messages", "person_export.toml").read_text(encoding="utf-8")
    return _Words.model_validate(tomllib.loads(text))


def _readme(made_at: datetime) -> str:
    parts: list[str] = []
    for language in _LANGUAGES:
        parts += [_words().heading.in_language(language), ""]
        parts += [
            line.in_language(language).format(made_on=f"{made_at:%Y-%m-%d}", format=FORMAT) for line in _words().line
        ]
        parts.append("")
    return "\r\n".join(parts)
