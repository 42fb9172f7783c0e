"""The audit: who did what to whom and when, in a chain of hashes that shows when anything in it was changed.

Each entry's hash is SHA-256 over the hash before it and the entry as canonical JSON, so that whoever changes, removes
or inserts one has to change all that follow, the last hash included, which `openlumbar records verify` tells.
What an entry may carry is a fixed list of codes and numbers: no text that could hold anything about anybody's health.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from openlumbar.records.database import WRITING
from openlumbar.records.store import Store
from openlumbar.records.tables import audit

AuditAction = Literal[
    "logged_in",
    "login_failed",
    "logged_out",
    "read_person",
    "note_written",
    "cleared",
    "unlocked",
    "lock_lifted",
    "taken_back",
    "account_added",
    "account_disabled",
    "account_enabled",
    "password_changed",
    "totp_confirmed",
    "totp_removed",
    "linked",
    "unlinked",
    "exported",
    "erased",
    "backed_up",
    "restored",
    "key_rotated",
]

CARRIES: Mapping[AuditAction, frozenset[str]] = {
    "logged_in": frozenset(),
    "login_failed": frozenset({"why", "times"}),
    "logged_out": frozenset(),
    "read_person": frozenset({"page"}),
    "note_written": frozenset({"entry"}),
    "cleared": frozenset({"entry"}),
    "unlocked": frozenset({"entry"}),
    "lock_lifted": frozenset({"entry"}),
    "taken_back": frozenset({"entry"}),
    "account_added": frozenset({"role"}),
    "account_disabled": frozenset(),
    "account_enabled": frozenset(),
    "password_changed": frozenset(),
    "totp_confirmed": frozenset(),
    "totp_removed": frozenset(),
    "linked": frozenset({"therapist"}),
    "unlinked": frozenset({"therapist"}),
    "exported": frozenset({"what"}),
    "erased": frozenset(),
    "backed_up": frozenset({"with_key"}),
    "restored": frozenset({"entries"}),
    "key_rotated": frozenset({"version"}),
}
"""What is audited, and what an entry of each action may carry besides who and whom."""

Detail = str | int | bool

BEGINNING = bytes(32)
"""What stands for the hash before the first entry."""

_CODE = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry: `actor` is an account's id, None whoever uses the machine itself, `subject` whom it is about."""

    number: int
    at: datetime
    actor: str | None
    action: AuditAction
    subject: str | None
    details: Mapping[str, Detail] = field(default_factory=dict)
    previous_hash: bytes = BEGINNING
    hash: bytes = b""

    def computed_hash(self) -> bytes:
        """Return the hash that this entry has to have."""
        told = {
            "number": self.number,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "details": self.details,
        }
        canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(self.previous_hash + canonical.encode()).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends: how many entries there are, and the hash of the last."""

    entries: int
    hash: bytes


class Audit:
    """The audit of a store."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    def write(
        self,
        actor: str | None,
        action: AuditAction,
        subject: str | None = None,
        details: Mapping[str, Detail] | None = None,
        at: datetime | None = None,
    ) -> AuditEntry:
        """Add an entry, now unless said otherwise.

        Raises:
            ValueError: when it would carry what an entry of this action may not, or its moment has no time zone.
        """
        with self._store.transaction(WRITING) as connection:
            return record(connection, action, actor=actor, subject=subject, details=details, at=at)

    def verify(self) -> int | None:
        """Return the number of the first entry that was changed or follows a missing one; None when all is well."""
        with self._store.transaction() as connection:
            return first_broken(connection)

    def head(self) -> Head:
        """Tell where the chain ends."""
        with self._store.transaction() as connection:
            return head(connection)

    def entries(
        self, *, subject: str | None = None, before: int | None = None, limit: int | None = None
    ) -> tuple[AuditEntry, ...]:
        """List entries, the newest first: about one subject or all, from the one after number `before` on."""
        query = select(audit).order_by(audit.c.number.desc()).limit(limit)
        if subject is not None:
            query = query.where(audit.c.subject == subject)
        if before is not None:
            query = query.where(audit.c.number < before)
        with self._store.transaction() as connection:
            return tuple(_entry(row) for row in connection.execute(query))


def record(
    connection: Connection,
    action: AuditAction,
    *,
    actor: str | None,
    subject: str | None = None,
    details: Mapping[str, Detail] | None = None,
    at: datetime | None = None,
) -> AuditEntry:
    """Add an entry within a transaction that writes, as the last thing in it: from here on it holds the chain's end.

    Raises:
        ValueError: when it would carry what an entry of this action may not, or its moment has no time zone.
    """
    given, moment = dict(details or {}), at or datetime.now(UTC)
    _check(action, given)
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    if connection.dialect.name == "postgresql":  # where one that writes is not alone anyway
        connection.exec_driver_sql("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE")
    last = head(connection)
    unsealed = AuditEntry(last.entries + 1, moment, actor, action, subject, given, last.hash)
    values = {name: getattr(unsealed, name) for name in audit.c.keys() if name != "hash"}  # noqa: SIM118 - not a dict
    connection.execute(audit.insert().values(values | {"hash": unsealed.computed_hash()}))
    return AuditEntry(**values, hash=unsealed.computed_hash())


def head(connection: Connection) -> Head:
    """Tell where the chain ends."""
    query = select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
    found = connection.execute(query).first()
    return Head(0, BEGINNING) if found is None else Head(found.number, found.hash)


def first_broken(connection: Connection) -> int | None:
    """Return the number of the first entry that was changed or follows a missing one; None when all is well."""
    expected, previous_hash = 1, BEGINNING
    for entry in _in_order(connection):
        whole = entry.number == expected and entry.previous_hash == previous_hash
        if not whole or entry.hash != entry.computed_hash():
            return entry.number
        expected, previous_hash = expected + 1, entry.hash
    return None


def _in_order(connection: Connection) -> Iterator[AuditEntry]:
    last = -1
    while rows := connection.execute(
        select(audit).where(audit.c.number > last).order_by(audit.c.number).limit(_AT_ONCE)
    ).all():
        yield from map(_entry, rows)
        last = rows[-1].number


def _entry(row: Row[*tuple[Any, ...]]) -> AuditEntry:
    return AuditEntry(**row._mapping)


def _check(action: AuditAction, details: Mapping[str, Detail]) -> None:
    if not details.keys() <= CARRIES.get(action, frozenset()):
        raise ValueError(f"an entry {action!r} of the audit may not carry {sorted(details)}")
    for name, value in details.items():
        if not (isinstance(value, int) or (isinstance(value, str) and _CODE.fullmatch(value))):
            raise ValueError(f"{name} of an entry of the audit has to be a code or a whole number")
