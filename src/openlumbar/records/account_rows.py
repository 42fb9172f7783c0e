"""Accounts as they are stored, and how they are found."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Connection, Row, select

from openlumbar.records.account_error import AccountError
from openlumbar.records.store import Store
from openlumbar.records.tables import account

AccountRole = Literal["patient", "therapist", "administrator"]
ROLES: tuple[AccountRole, ...] = ("patient", "therapist", "administrator")

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Account:
    """One account: `name` is what is typed to log in, `person_id` whose record a patient keeps."""

    id: str
    name: str
    role: AccountRole
    person_id: str | None
    created_at: datetime
    disabled_at: datetime | None
    has_totp: bool


class AccountReader:
    """Finds accounts."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    def get(self, account_id: str) -> Account | None:
        """Find one by its id."""
        return self._first(account.c.id == account_id)

    def find(self, name: str) -> Account | None:
        """Find one by its name, however it is capitalised."""
        return self._first(account.c.name == folded(name))

    def all(self) -> tuple[Account, ...]:
        """List them by name."""
        with self._store.transaction() as connection:
            return tuple(account_of_row(row) for row in connection.execute(select(account).order_by(account.c.name)))

    def _first(self, which: ColumnElement[bool]) -> Account | None:
        with self._store.transaction() as connection:
            row = connection.execute(select(account).where(which)).first()
        return None if row is None else account_of_row(row)


def account_of_row(row: Row[*tuple[Any, ...]]) -> Account:
    """Read an account from its row."""
    return Account(
        row.id,
        row.name,
        cast(AccountRole, row.role),
        row.person_id,
        row.created_at,
        row.disabled_at,
        row.totp_confirmed_at is not None,
    )


def folded(name: str) -> str:
    """Return a name as it is compared: without its capitals, its spaces single, in Unicode's form NFKC."""
    plain = unicodedata.normalize("NFKC", name.encode("utf-8", "replace").decode())
    return unicodedata.normalize("NFKC", " ".join(plain.split()).casefold())


def usable_name(name: str) -> str:
    """Return a name as it is stored.

    Raises:
        AccountError: when nobody could log in with it.
    """
    stored = folded(name)
    if not 0 < len(stored) <= _LONGEST_NAME or not stored.isprintable() or folded(stored) != stored:
        raise AccountError("name", "name_unusable")
    return stored


def row_for_update(connection: Connection, account_id: str) -> Row[*tuple[Any, ...]]:
    """Find an account's row and keep others from changing it until the transaction ends.

    Raises:
        AccountError: when there is none.
    """
    row = connection.execute(select(account).where(account.c.id == account_id).with_for_update()).first()
    if row is None:
        raise AccountError(f"account {account_id}", "unknown_account")
    return row
