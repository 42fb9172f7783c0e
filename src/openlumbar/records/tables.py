"""The tables: sessions, the events in them, and their signals in chunks."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
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
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class SessionColumns(TypedColumns):
    """One session: `plan` is what it was begun with, `outcome` what came of it, both JSON objects.

    `name` is what an upload was called, `kept_file` where it lies if it was kept by choice.
    A session with `deleted_at` is hidden and can be restored until it is purged.
    """

    id = Column(String, primary_key=True)
    exercise = Column(String, nullable=False)
    level = Column(String, nullable=False)
    source = Column(String, nullable=False)
    language = Column(String, nullable=False)
    plan: Column[Any] = Column(JSON, nullable=False)
    state = Column(String, nullable=False)
    started_at = Column(UtcDateTime, nullable=False)
    ended_at = Column(UtcDateTime)
    name = Column(String)
    height_cm = Column(Double)
    weight_kg = Column(Double)
    sex = Column(String)
    age = Column(Double)
    outcome: Column[Any] = Column(JSON(none_as_null=True), nullable=True)
    kept_file = Column(String)
    deleted_at = Column(UtcDateTime)


class EventColumns(TypedColumns):
    """One thing that happened in a session, `time_s` after its first frame."""

    session_id = Column(String, ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    number = Column(Integer, primary_key=True, autoincrement=False)
    time_s = Column(Double, nullable=False)
    kind = Column(String, nullable=False)
    data: Column[Any] = Column(JSON, nullable=False)


class SignalColumns(TypedColumns):
    """A chunk of a session's signals as `openlumbar.records.chunks` packs them, known by its first moment."""

    session_id = Column(String, ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    start_ms = Column(Integer, primary_key=True, autoincrement=False)
    payload = Column(LargeBinary, nullable=False)


session = Table("session", METADATA, SessionColumns, Index(None, "started_at"))
event = Table("event", METADATA, EventColumns)
signal = Table("signal", METADATA, SignalColumns)
