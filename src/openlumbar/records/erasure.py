"""Erasing a person for real: their rows, the key of what was sealed, their account, their recordings."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, delete, func, select, update

from openlumbar.records import data_keys
from openlumbar.records.audit import record
from openlumbar.records.database import WRITING
from openlumbar.records.people import SELF, hold, unknown_person
from openlumbar.records.store import Store
from openlumbar.records.tables import account, entry, feed, person, session, summary, therapist_patient
from openlumbar.records.trouble import StoreError


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased; `is_scrubbed` tells whether the database was written anew, so that no byte is left in there."""

    sessions: int
    entries: int
    accounts: int
    recordings: int
    is_scrubbed: bool


def erase(
    store: Store, person_id: str, *, kept_dir: Path | None = None, by: str | None = None, at: datetime | None = None
) -> Erased:
    """Erase a person; the audit keeps their id, which tells nothing. Whoever uses the program alone begins anew.

    Copies elsewhere are not reached: backups, and what PostgreSQL keeps of its log.

    Raises:
        InputError: when there is no such person.
    """
    moment = at or datetime.now(UTC)
    with store.transaction(WRITING) as connection:
        if not hold(connection, person_id):
            raise unknown_person(person_id)
        session_ids = list(connection.execute(select(session.c.id).where(session.c.person_id == person_id)).scalars())
        entries = connection.execute(select(func.count()).where(entry.c.person_id == person_id)).scalar() or 0
        accounts = _remove(connection, person_id)
        _empty(connection, person_id, moment)
        record(connection, "erased", actor=by, subject=person_id, at=moment)
    recordings = _remove_recordings(kept_dir, session_ids)
    return Erased(len(session_ids), entries, accounts, recordings, _scrub(store))


def _remove(connection: Connection, person_id: str) -> int:
    """Remove a person's rows and the key of what is sealed; return how many accounts went along."""
    for table in (session, entry, summary, feed, therapist_patient):
        connection.execute(delete(table).where(table.c.person_id == person_id))
    data_keys.destroy(connection, person_id)
    return connection.execute(delete(account).where(account.c.person_id == person_id)).rowcount


def _empty(connection: Connection, person_id: str, at: datetime) -> None:
    """Leave only that there was somebody; of whoever uses the program alone, that they begin now."""
    values = {"created_at": at} if person_id == SELF else {"erased_at": at}
    connection.execute(update(person).where(person.c.id == person_id).values(sealed=None, **values))


def _remove_recordings(kept_dir: Path | None, session_ids: list[str]) -> int:
    """Remove the folders of recordings, each of which is called like its session."""
    places = [kept_dir / session_id for session_id in session_ids] if kept_dir is not None else []
    found = [place for place in places if place.is_dir()]
    for place in found:
        shutil.rmtree(place)
    return len(found)


def _scrub(store: Store) -> bool:
    try:
        store.scrub()
    except StoreError:  # the disk is full, or somebody reads: the rows are gone, their bytes may not be
        return False
    return True
