"""Who is let in: name, password and code are checked, and whoever guesses has to wait ever longer."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update

from openlumbar.records.account_rows import Account, AccountReader, account_of_row, folded
from openlumbar.records.account_rules import account_rules
from openlumbar.records.audit import Detail, record
from openlumbar.records.database import WRITING
from openlumbar.records.passwords import Hasher
from openlumbar.records.store import Store
from openlumbar.records.tables import account
from openlumbar.records.totp_store import read_totp, write_totp

Outcome = Literal["ok", "wrong", "code_needed", "code_wrong", "locked", "disabled"]

_STRANGERS_KEPT = 10_000
_STRANGERS_TOLD_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a try to log in: the account when it is "ok", and until when to wait if one has to."""

    outcome: Outcome
    account: Account | None = None
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Try:
    """A try that is counted as wrong until it turns out not to be; `waits_until` when that makes the account wait."""

    row: Row[*tuple[Any, ...]]
    waits_until: datetime | None


class LoginChecks(AccountReader):
    """Checks who wants to log in."""

    def __init__(self, store: Store, hasher: Hasher | None = None) -> None:
        """Take the store, and what hashes passwords."""
        super().__init__(store)
        self._hasher = hasher or Hasher()
        self._strangers = _Strangers()

    def check(self, name: str, password: str, code: str | None, now: datetime) -> Checked:
        """Check a try to log in; of a name that nobody has it tells no more, and takes no less time, than of others.

        A try counts before the password is looked at, so that many at once are no way around waiting.
        """
        wanted = folded(name)
        with self._store.transaction(WRITING) as connection:
            row = connection.execute(select(account).where(account.c.name == wanted).with_for_update()).first()
            begun = None if row is None else _begin(connection, row, now)
        if row is None:
            return self._check_stranger(wanted, password, now)
        if isinstance(begun, _Try):
            return self._decide(begun, password, code, now)
        return Checked("locked", locked_until=begun)

    def _decide(self, begun: _Try, password: str, code: str | None, now: datetime) -> Checked:
        stored: str = begun.row.password_hash
        fits = self._hasher.fits(stored, password)
        newer = self._hasher.hash(password) if fits and self._hasher.is_outdated(stored) else stored
        with self._store.transaction(WRITING) as connection:
            same = (account.c.id == begun.row.id, account.c.password_hash == stored)
            row = connection.execute(select(account).where(*same).with_for_update()).first()
            if row is None or not fits:  # or it was changed while we looked
                record(
                    connection, "login_failed", actor=None, subject=begun.row.id, details={"why": "password"}, at=now
                )
                return Checked("wrong", locked_until=begun.waits_until)
            if row.disabled_at is not None:
                _take_back(connection, row, begun)
                return Checked("disabled")
            if row.totp_confirmed_at is not None:
                if not (code or "").strip():
                    _take_back(connection, row, begun)
                    return Checked("code_needed")
                used = read_totp(connection, self._store.vault, row).used(code or "", now)
                if used is None:
                    record(connection, "login_failed", actor=None, subject=row.id, details={"why": "code"}, at=now)
                    return Checked("code_wrong", locked_until=begun.waits_until)
                write_totp(connection, self._store.vault, row.id, used)
            let_in = {"failed": 0, "locked_until": None, "password_hash": newer}
            connection.execute(update(account).where(account.c.id == row.id).values(let_in))
            return Checked("ok", account_of_row(row))

    def _check_stranger(self, name: str, password: str, now: datetime) -> Checked:
        waits_until, is_waiting = self._strangers.tried(name, now)
        if is_waiting:
            return Checked("locked", locked_until=waits_until)
        self._hasher.fits(None, password)
        if times := self._strangers.to_be_told(now):
            with self._store.transaction(WRITING) as connection:
                details: dict[str, Detail] = {"why": "name", "times": times}
                record(connection, "login_failed", actor=None, details=details, at=now)
        return Checked("wrong", locked_until=waits_until)


class _Strangers:
    """Tries under names that nobody has, counted like those of accounts, in memory: as many names as there is room."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()
        self._untold = 0
        self._told_at: datetime | None = None
        self._lock = Lock()

    def tried(self, name: str, now: datetime) -> tuple[datetime | None, bool]:
        """Count a try; return until when to wait, and whether that is so already."""
        with self._lock:
            failed, locked_until = self._tries.pop(name, (0, None))
            is_waiting = _is_waiting(locked_until, now)
            if not is_waiting:
                failed, locked_until = failed + 1, _waits_until(failed + 1, now)
                self._untold += 1
            self._tries[name] = failed, locked_until
            while len(self._tries) > _STRANGERS_KEPT:
                self._tries.popitem(last=False)
            return locked_until, is_waiting

    def to_be_told(self, now: datetime) -> int:
        """Return how many tries the audit has not been told of, once a minute at most: anybody can make many."""
        with self._lock:
            if self._told_at is not None and self._told_at <= now < self._told_at + _STRANGERS_TOLD_EVERY:
                return 0
            untold, self._untold, self._told_at = self._untold, 0, now
            return untold


def _begin(connection: Connection, row: Row[*tuple[Any, ...]], now: datetime) -> _Try | datetime:
    """Count a try; or return until when the account waits."""
    if _is_waiting(row.locked_until, now):
        waiting_until: datetime = row.locked_until
        return waiting_until
    waits_until = _waits_until(row.failed + 1, now)
    values = {"failed": row.failed + 1, "locked_until": waits_until}
    connection.execute(update(account).where(account.c.id == row.id).values(values))
    return _Try(row, waits_until)


def _take_back(connection: Connection, row: Row[*tuple[Any, ...]], begun: _Try) -> None:
    """Let a try not count, but leave what others have counted meanwhile."""
    values: dict[str, object] = {"failed": max(0, row.failed - 1)}
    if row.locked_until == begun.waits_until:
        values["locked_until"] = None
    connection.execute(update(account).where(account.c.id == row.id).values(values))


def _waits_until(wrong_in_a_row: int, now: datetime) -> datetime | None:
    wait = account_rules().wait_after(wrong_in_a_row)
    return None if wait is None else now + wait


def _is_waiting(locked_until: datetime | None, now: datetime) -> bool:
    """Tell whether to wait; a moment further off than the longest wait is one of a clock that was wrong."""
    longest = timedelta(seconds=account_rules().longest_wait_s)
    return locked_until is not None and now < locked_until <= now + longest
