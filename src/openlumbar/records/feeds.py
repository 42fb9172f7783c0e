"""Calendar addresses: who knows one reads a person's reminders; only a hash of what is secret in it is stored."""

import hashlib
import secrets
from datetime import UTC, datetime

from sqlalchemy import delete, select

from openlumbar.records.database import WRITING
from openlumbar.records.people import hold, unknown_person
from openlumbar.records.store import Store
from openlumbar.records.tables import feed

_TOKEN_BYTES = 24


def open_feed(store: Store, person_id: str, created_at: datetime | None = None) -> str:
    """Make a person's calendar address, now unless said otherwise; return what is secret in it, told only here.

    Raises:
        InputError: when there is no such person.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = {"token_hash": _hashed(token), "person_id": person_id, "created_at": created_at or datetime.now(UTC)}
    with store.transaction(WRITING) as connection:
        if not hold(connection, person_id):
            raise unknown_person(person_id)
        connection.execute(feed.insert().values(row))
    return token


def person_of_feed(store: Store, token: str) -> str | None:
    """Find whose calendar address it is; None when it is nobody's, or nobody's any more."""
    query = select(feed.c.person_id).where(feed.c.token_hash == _hashed(token))
    with store.transaction() as connection:
        return connection.execute(query).scalar()


def has_feed(store: Store, person_id: str) -> bool:
    """Tell whether a person has a calendar address."""
    query = select(feed.c.created_at).where(feed.c.person_id == person_id).limit(1)
    with store.transaction() as connection:
        return connection.execute(query).first() is not None


def close_feeds(store: Store, person_id: str) -> int:
    """Close a person's calendar addresses; return how many there were."""
    with store.transaction(WRITING) as connection:
        return connection.execute(delete(feed).where(feed.c.person_id == person_id)).rowcount


def _hashed(token: str) -> str:
    """Hash what nobody can guess; a slow hash would protect no more."""
    return hashlib.sha256(token.encode()).hexdigest()
