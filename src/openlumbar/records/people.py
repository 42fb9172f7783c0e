"""People: everyone whose records are kept here."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, and_, select, update

from openlumbar.errors import InputError
from openlumbar.records import data_keys
from openlumbar.records.database import WRITING
from openlumbar.records.tables import data_key, person
from openlumbar.records.vault import Cipher, Vault, Wrapped

if TYPE_CHECKING:
    from openlumbar.records.store import Store

SELF = "self"
"""The one person of a program that is used alone; there from the beginning."""

_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class Person:
    """One person; the name is empty where none was told, as with whoever uses the program alone."""

    id: str
    name: str
    created_at: datetime


class People:
    """The people of a store; those who were erased are not among them any more."""

    def __init__(self, store: "Store") -> None:
        """Take the store."""
        self._store = store

    def add(self, name: str, created_at: datetime | None = None) -> Person:
        """Add somebody, now unless said otherwise, under an id that nobody can guess."""
        with self._store.transaction(WRITING) as connection:
            return add_person(connection, self._store.vault, name, created_at or datetime.now(UTC))

    def get(self, person_id: str) -> Person | None:
        """Find one; None when there is none of that id."""
        found = self._find(person.c.id == person_id)
        return found[0] if found else None

    def all(self) -> tuple[Person, ...]:
        """List everyone, in the order in which they came."""
        return self._find()

    def rename(self, person_id: str, name: str) -> bool:
        """Give somebody another name; tell whether there is such a person."""
        with self._store.transaction(WRITING) as connection:
            if not hold(connection, person_id):
                return False
            cipher = data_keys.sealing_for(connection, self._store.vault, person_id)
            sealed = cipher.seal(name.encode(), "person", person_id)
            connection.execute(update(person).where(person.c.id == person_id).values(sealed=sealed))
        return True

    def _find(self, *which: ColumnElement[bool]) -> tuple[Person, ...]:
        columns = (person.c.id, person.c.created_at, person.c.sealed, data_key.c.version, data_key.c.wrapped)
        joined = person.outerjoin(data_key, data_key.c.id == person.c.id)
        query = select(*columns).select_from(joined).where(person.c.erased_at.is_(None), *which)
        with self._store.transaction() as connection:
            rows = connection.execute(query.order_by(person.c.created_at, person.c.id)).all()
        return tuple(
            Person(row.id, self._name(row.id, row.sealed, Wrapped(row.version, row.wrapped)), row.created_at)
            for row in rows
        )

    def _name(self, person_id: str, sealed: bytes | None, wrapped: Wrapped) -> str:
        if sealed is None:
            return ""
        cipher: Cipher = self._store.vault.cipher(person_id, wrapped)
        return cipher.open(sealed, "person", person_id).decode()


def add_person(connection: Connection, vault: Vault, name: str, created_at: datetime) -> Person:
    """Add somebody within a transaction that writes."""
    added = Person(new_id(), name, created_at)
    cipher = data_keys.make(connection, vault, added.id)
    sealed = cipher.seal(name.encode(), "person", added.id)
    connection.execute(person.insert().values(id=added.id, created_at=created_at, sealed=sealed))
    return added


def new_id() -> str:
    """Make an id that nobody can guess, and that no command takes for an option."""
    return secrets.token_hex(_ID_BYTES)


def hold(connection: Connection, person_id: str) -> bool:
    """Keep others from writing about somebody until the transaction ends; False when there is no such person."""
    there = and_(person.c.id == person_id, person.c.erased_at.is_(None))
    return connection.execute(select(person.c.id).where(there).with_for_update(key_share=True)).first() is not None


def unknown_person(person_id: str) -> InputError:
    """Say that there is no such person."""
    return InputError(f"person {person_id}", "there is no such person", "choose one from the list")
