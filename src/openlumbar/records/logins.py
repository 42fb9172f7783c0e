"""Browsers that are logged in: each by a token of 256 bits, of which only the SHA-256 is stored."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from openlumbar.records.account_error import AccountError
from openlumbar.records.account_rows import Account, AccountReader, account_of_row, row_for_update
from openlumbar.records.account_rules import account_rules
from openlumbar.records.audit import record
from openlumbar.records.database import WRITING
from openlumbar.records.tables import account, login

_TOKEN_BYTES = 32
_LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True)
class Login:
    """One browser that is logged in; `id` names it and opens nothing."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str


class Logins(AccountReader):
    """Opens, finds and closes logins."""

    def open_login(self, account_id: str, now: datetime, agent: str) -> str:
        """Let an account in that was checked; return the token, which is told this once.

        Raises:
            AccountError: when there is no such account, or it is disabled.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._store.transaction(WRITING) as connection:
            row = row_for_update(connection, account_id)
            if row.disabled_at is not None:
                raise AccountError(f"account {account_id}", "unknown_account")
            connection.execute(delete(login).where(login.c.expires_at <= now))
            values = {
                "token_hash": _hash(token),
                "account_id": account_id,
                "created_at": now,
                "seen_at": now,
                "expires_at": _expires_at(row.role, now, now),
                "agent": _printable(agent),
            }
            connection.execute(login.insert().values(values))
            record(connection, "logged_in", actor=account_id, subject=account_id, at=now)
        return token

    def account_of(self, token: str, now: datetime) -> Account | None:
        """Return whose token it is and let it last longer by that; None when it is nobody's or has expired."""
        token_hash = _hash(token)
        query = select(account, login.c.created_at.label("began_at"), login.c.seen_at, login.c.expires_at)
        query = query.join_from(login, account, account.c.id == login.c.account_id)
        with self._store.transaction() as connection:
            row = connection.execute(query.where(login.c.token_hash == token_hash)).first()
        if row is None or row.disabled_at is not None or now >= row.expires_at:
            return None
        if now - row.seen_at >= timedelta(seconds=account_rules().seen_every_s):
            values = {"seen_at": now, "expires_at": _expires_at(row.role, row.began_at, now)}
            with self._store.transaction(WRITING) as connection:
                connection.execute(update(login).where(login.c.token_hash == token_hash).values(values))
        return account_of_row(row)

    def close_login(self, token: str, now: datetime | None = None) -> bool:
        """Log a browser out; tell whether it was logged in."""
        return self._close(_hash(token), None, now)

    def close_login_by_id(self, account_id: str, login_id: str, now: datetime | None = None) -> bool:
        """Log one of an account's browsers out; tell whether it was logged in."""
        return self._close(login_id, account_id, now)

    def close_logins(self, account_id: str, *, keep: str | None = None) -> int:
        """Log all of an account's browsers out but the one with the token `keep`; return how many there were."""
        with self._store.transaction(WRITING) as connection:
            return connection.execute(delete(login).where(others_than(account_id, keep))).rowcount

    def logins(self, account_id: str) -> tuple[Login, ...]:
        """List an account's browsers that are logged in, the last used first."""
        columns = (login.c.token_hash, login.c.created_at, login.c.seen_at, login.c.expires_at, login.c.agent)
        query = select(*columns).where(login.c.account_id == account_id).order_by(login.c.seen_at.desc())
        with self._store.transaction() as connection:
            return tuple(Login(*row) for row in connection.execute(query))

    def _close(self, token_hash: str, account_id: str | None, now: datetime | None) -> bool:
        which = login.c.token_hash == token_hash
        if account_id is not None:
            which &= login.c.account_id == account_id
        with self._store.transaction(WRITING) as connection:
            whose = connection.execute(select(login.c.account_id).where(which)).scalar()
            if whose is None:
                return False
            connection.execute(delete(login).where(which))
            record(connection, "logged_out", actor=whose, subject=whose, at=now or datetime.now(UTC))
        return True


def others_than(account_id: str, keep: str | None) -> ColumnElement[bool]:
    """Select an account's logins but the one with the token `keep`."""
    others = login.c.account_id == account_id
    return others if keep is None else others & (login.c.token_hash != _hash(keep))


def login_id(token: str) -> str:
    """Name the login of a token, as `Logins.logins` does."""
    return _hash(token)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _expires_at(role: str, began_at: datetime, now: datetime) -> datetime:
    rules = account_rules()
    return min(now + rules.idle(role), began_at + rules.longest(role))


def _printable(agent: str) -> str:
    return "".join(sign for sign in agent if sign.isprintable())[:_LONGEST_AGENT]
