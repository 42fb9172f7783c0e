"""The tables: people and their keys, sessions with events and signals, diaries, accounts, the audit.

What a column named `sealed` holds can be read only with the person's key (`openlumbar.records.vault`).
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypedColumns,
    TypeDecorator,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its time zone, kept in UTC, also where the database knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Turn a moment into UTC.

        Raises:
            ValueError: when it has no time zone.
        """
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give a moment its time zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PersonColumns(TypedColumns):
    """One person; `sealed` holds the name, and goes with everything else of an erased person."""

    id = Column(String, primary_key=True)
    created_at = Column(UtcDateTime, nullable=False)
    erased_at = Column(UtcDateTime)
    sealed = Column(LargeBinary)


class DataKeyColumns(TypedColumns):
    """The key that seals one person's data, or the program's own, itself sealed with master key number `version`."""

    id = Column(String, primary_key=True)
    wrapped = Column(LargeBinary, nullable=False)
    version = Column(Integer, nullable=False)


class SessionColumns(TypedColumns):
    """One session; `sealed` holds what is known of the body, the plan, the outcome and the names of files.

    A session with `deleted_at` is hidden and can be restored until it is purged.
    """

    id = Column(String, primary_key=True)
    person_id = Column(String, ForeignKey("person.id", ondelete="CASCADE"), nullable=False)
    exercise = Column(String, nullable=False)
    level = Column(String, nullable=False)
    source = Column(String, nullable=False)
    language = Column(String, nullable=False)
    state = Column(String, nullable=False)
    started_at = Column(UtcDateTime, nullable=False)
    ended_at = Column(UtcDateTime)
    deleted_at = Column(UtcDateTime)
    sealed = Column(LargeBinary, nullable=False)


class EventColumns(TypedColumns):
    """One thing that happened in a session, `time_s` after its first frame; `sealed` holds its data."""

    session_id = Column(String, ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    number = Column(Integer, primary_key=True, autoincrement=False)
    time_s = Column(Double, nullable=False)
    kind = Column(String, nullable=False)
    sealed = Column(LargeBinary, nullable=False)


class SignalColumns(TypedColumns):
    """A chunk of a session's signals, known by its first moment; `openlumbar.records.chunks` packs what is sealed."""

    session_id = Column(String, ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    start_ms = Column(Integer, primary_key=True, autoincrement=False)
    sealed = Column(LargeBinary, nullable=False)


class EntryColumns(TypedColumns):
    """One entry of a person's diary, numbered from 1 in the order of writing; `day` is the day it is about.

    `by` is the account that wrote it; None is the person themselves.
    """

    person_id = Column(String, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    number = Column(Integer, primary_key=True, autoincrement=False)
    kind = Column(String, nullable=False)
    day = Column(Date, nullable=False)
    at = Column(UtcDateTime, nullable=False)
    by = Column(String)
    sealed = Column(LargeBinary, nullable=False)


class SummaryColumns(TypedColumns):
    """What a list shows of a person, worked out of the diary up to entry number `upto`."""

    person_id = Column(String, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    upto = Column(Integer, nullable=False)
    sealed = Column(LargeBinary, nullable=False)


class AccountColumns(TypedColumns):
    """One login; `name` is case-folded, `totp_sealed` is sealed with the program's own key."""

    id = Column(String, primary_key=True)
    name = Column(String, nullable=False, unique=True)
    password_hash = Column(String, nullable=False)
    role = Column(String, nullable=False)
    person_id = Column(String, ForeignKey("person.id"))
    created_at = Column(UtcDateTime, nullable=False)
    disabled_at = Column(UtcDateTime)
    totp_sealed = Column(LargeBinary)
    totp_confirmed_at = Column(UtcDateTime)
    failed = Column(Integer, nullable=False, default=0)
    locked_until = Column(UtcDateTime)


class LoginColumns(TypedColumns):
    """A browser that is logged in, known by a hash of its token."""

    token_hash = Column(String, primary_key=True)
    account_id = Column(String, ForeignKey("account.id", ondelete="CASCADE"), nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
    seen_at = Column(UtcDateTime, nullable=False)
    expires_at = Column(UtcDateTime, nullable=False)
    agent = Column(String, nullable=False)


class TherapistPatientColumns(TypedColumns):
    """A therapist's account and a person who is their patient."""

    therapist_id = Column(String, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    person_id = Column(String, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    since = Column(UtcDateTime, nullable=False)


class FeedColumns(TypedColumns):
    """A calendar address of a person, known by a hash of its token."""

    token_hash = Column(String, primary_key=True)
    person_id = Column(String, ForeignKey("person.id", ondelete="CASCADE"), nullable=False)
    created_at = Column(UtcDateTime, nullable=False)


class AuditColumns(TypedColumns):
    """Who did what to whom; the database refuses to change or delete a row, and `hash` chains it to the one before."""

    number = Column(Integer, primary_key=True, autoincrement=False)
    at = Column(UtcDateTime, nullable=False)
    actor = Column(String)
    action = Column(String, nullable=False)
    subject = Column(String)
    details: Column[Any] = Column(JSON, nullable=False)
    previous_hash = Column(LargeBinary, nullable=False)
    hash = Column(LargeBinary, nullable=False)


person = Table("person", METADATA, PersonColumns)
data_key = Table("data_key", METADATA, DataKeyColumns)
session = Table("session", METADATA, SessionColumns, Index(None, "person_id", "started_at"))
event = Table("event", METADATA, EventColumns)
signal = Table("signal", METADATA, SignalColumns)
entry = Table("entry", METADATA, EntryColumns, Index(None, "person_id", "kind", "number"))
summary = Table("summary", METADATA, SummaryColumns)
account = Table("account", METADATA, AccountColumns)
login = Table("login", METADATA, LoginColumns, Index(None, "account_id"))
therapist_patient = Table("therapist_patient", METADATA, TherapistPatientColumns, Index(None, "person_id"))
feed = Table("feed", METADATA, FeedColumns, Index(None, "person_id"))
audit = Table("audit", METADATA, AuditColumns)
