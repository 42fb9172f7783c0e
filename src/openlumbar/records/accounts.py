"""Accounts: who may log in, as what, and whose record they keep or read.

A password is never stored, only its hash; a change and its entry in the audit are one transaction. Every method may be
called from any thread; those that hash a password take most of a second on purpose, so none belongs on an event loop.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import IntegrityError

from openlumbar.records.account_error import AccountError
from openlumbar.records.account_rows import Account, AccountRole, row_for_update, usable_name
from openlumbar.records.audit import record
from openlumbar.records.database import WRITING
from openlumbar.records.links import Links
from openlumbar.records.login_checks import Checked, LoginChecks
from openlumbar.records.logins import Login, Logins, others_than
from openlumbar.records.one_time_codes import TotpSecret, new_secret
from openlumbar.records.passwords import Hasher, check_password
from openlumbar.records.people import add_person, hold, new_id
from openlumbar.records.store import Store
from openlumbar.records.tables import account, login
from openlumbar.records.totp_store import Totp, read_totp, write_totp

__all__ = ["Account", "AccountRole", "Accounts", "Checked", "Login", "TotpSecret"]


class Accounts(LoginChecks, Logins, Links):
    """The accounts of a store; `by` is the account that changes something, None whoever uses the machine itself."""

    def __init__(self, store: Store, hasher: Hasher | None = None) -> None:
        """Take the store, and what hashes passwords."""
        super().__init__(store, hasher)
        self._are_any = False

    def any(self) -> bool:
        """Tell whether there are accounts; once there are, it is not asked of the database again."""
        if not self._are_any:
            with self._store.transaction() as connection:
                self._are_any = connection.execute(select(account.c.id).limit(1)).first() is not None
        return self._are_any

    def add(
        self,
        name: str,
        password: str,
        role: AccountRole,
        person_id: str | None = None,
        *,
        by: str | None = None,
        at: datetime | None = None,
    ) -> Account:
        """Make an account; a patient without a person gets a record of their own, under the name of the account.

        Raises:
            AccountError: when the name is taken or unusable, the password is not good enough, or the person is unknown,
                has an account already, or none is due to this role.
        """
        stored, moment = usable_name(name), at or datetime.now(UTC)
        check_password(password, [name])
        if role != "patient" and person_id is not None:
            raise AccountError("person", "staff_has_no_person")
        values = {
            "id": new_id(),
            "name": stored,
            "password_hash": self._hasher.hash(password),
            "role": role,
            "created_at": moment,
            "failed": 0,
        }
        try:
            with self._store.transaction(WRITING) as connection:
                if role == "patient":
                    values["person_id"] = person_id = self._person(
                        connection, person_id, " ".join(name.split()), moment
                    )
                connection.execute(account.insert().values(values))
                details = {"role": role}
                record(connection, "account_added", actor=by, subject=str(values["id"]), details=details, at=moment)
        except IntegrityError:
            raise AccountError(f"name {stored}", "name_taken") from None
        return Account(str(values["id"]), stored, role, person_id, moment, None, has_totp=False)

    def set_password(
        self,
        account_id: str,
        password: str,
        *,
        by: str | None = None,
        keep: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Give an account another password; its browsers are logged out but the one with the token `keep`.

        Raises:
            AccountError: when the password is not good enough, or there is no such account.
        """
        found = self.get(account_id)
        if found is None:
            raise AccountError(f"account {account_id}", "unknown_account")
        check_password(password, [found.name])
        values = {"password_hash": self._hasher.hash(password), "failed": 0, "locked_until": None}
        with self._store.transaction(WRITING) as connection:
            row_for_update(connection, account_id)
            connection.execute(update(account).where(account.c.id == account_id).values(values))
            connection.execute(delete(login).where(others_than(account_id, keep)))
            record(connection, "password_changed", actor=by, subject=account_id, at=at)

    def disable(self, account_id: str, *, by: str | None = None, at: datetime | None = None) -> bool:
        """Keep an account out until it is enabled again, and log its browsers out; tell whether that is new.

        Raises:
            AccountError: when there is no such account, or it is the last administrator.
        """
        moment = at or datetime.now(UTC)
        with self._store.transaction(WRITING) as connection:
            administrators = _administrators(connection)
            row = row_for_update(connection, account_id)
            if row.disabled_at is not None:
                return False
            if administrators == [account_id]:
                raise AccountError(f"account {row.name}", "last_administrator")
            connection.execute(update(account).where(account.c.id == account_id).values(disabled_at=moment))
            connection.execute(delete(login).where(login.c.account_id == account_id))
            record(connection, "account_disabled", actor=by, subject=account_id, at=moment)
        return True

    def enable(self, account_id: str, *, by: str | None = None, at: datetime | None = None) -> bool:
        """Let an account in again, without waiting; tell whether it was disabled.

        Raises:
            AccountError: when there is no such account.
        """
        with self._store.transaction(WRITING) as connection:
            if row_for_update(connection, account_id).disabled_at is None:
                return False
            values = {"disabled_at": None, "failed": 0, "locked_until": None}
            connection.execute(update(account).where(account.c.id == account_id).values(values))
            record(connection, "account_enabled", actor=by, subject=account_id, at=at)
        return True

    def begin_totp(self, account_id: str) -> TotpSecret:
        """Make a secret for codes from an app, told this once; what was in force stays so until it is confirmed.

        Raises:
            AccountError: when there is no such account.
        """
        with self._store.transaction(WRITING) as connection:
            row = row_for_update(connection, account_id)
            fresh, kept = new_secret(row.name), read_totp(connection, self._store.vault, row)
            write_totp(connection, self._store.vault, account_id, Totp(kept.secret, kept.last_step, fresh.secret))
        return fresh

    def confirm_totp(self, account_id: str, code: str, now: datetime) -> bool:
        """Put the new secret in force by its first code; False when the code is wrong.

        Raises:
            AccountError: when there is no such account, or no secret waits for its code.
        """
        with self._store.transaction(WRITING) as connection:
            row = row_for_update(connection, account_id)
            kept = read_totp(connection, self._store.vault, row)
            if kept.waiting is None:
                raise AccountError(f"account {row.name}", "no_totp")
            confirmed = kept.confirmed(code, now)
            if confirmed is None:
                return False
            write_totp(connection, self._store.vault, account_id, confirmed, totp_confirmed_at=now)
            record(connection, "totp_confirmed", actor=account_id, subject=account_id, at=now)
        return True

    def remove_totp(self, account_id: str, *, by: str | None = None, at: datetime | None = None) -> bool:
        """Ask an account for no codes any more; tell whether it was asked for them.

        Raises:
            AccountError: when there is no such account.
        """
        with self._store.transaction(WRITING) as connection:
            row = row_for_update(connection, account_id)
            write_totp(connection, self._store.vault, account_id, None, totp_confirmed_at=None)
            if row.totp_confirmed_at is None:
                return False
            record(connection, "totp_removed", actor=by, subject=account_id, at=at)
        return True

    def _person(self, connection: Connection, person_id: str | None, name: str, at: datetime) -> str:
        """Return the person of a new patient's account; without one somebody new."""
        if person_id is None:
            plain = name.encode("utf-8", "replace").decode()
            person_id = add_person(connection, self._store.vault, plain, at).id
        elif not hold(connection, person_id):
            raise AccountError(f"person {person_id}", "unknown_person")
        if connection.execute(select(account.c.id).where(account.c.person_id == person_id)).first():
            raise AccountError(f"person {person_id}", "person_taken")
        return person_id


def _administrators(connection: Connection) -> list[str]:
    """List the administrators who can log in, and keep them so until the transaction ends."""
    can_log_in = (account.c.role == "administrator", account.c.disabled_at.is_(None))
    query = select(account.c.id).where(*can_log_in).order_by(account.c.id).with_for_update()
    return list(connection.execute(query).scalars())
