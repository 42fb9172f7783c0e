"""Make people, their keys, diaries, accounts and the audit; seal what was stored in plain so far."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.schema import SchemaItem

from openlumbar.errors import InputError
from openlumbar.records import data_keys
from openlumbar.records.migrations.resealing import SELF, open_sessions, seal_sessions
from openlumbar.records.vault import Vault

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_REWRITTEN = ("session", "event", "signal")


def upgrade() -> None:
    """Make the new tables and move every session into them, as those of the one person there was."""
    _make_people()
    _make_accounts()
    _make_audit()
    people = sa.table("person", sa.column("id"), _moment("created_at"))
    op.get_bind().execute(people.insert(), {"id": SELF, "created_at": datetime.now(UTC)})
    data_keys.prepare(op.get_bind(), _vault())
    op.drop_index("ix_session_started_at", "session")
    _set_aside("plain")
    _make_sealed_sessions()
    seal_sessions(op.get_bind(), _vault())
    _drop("plain")


def downgrade() -> None:
    """Write the sessions down in plain again and remove the rest.

    Raises:
        InputError: when there is more than the older layout has room for.
    """
    _refuse_what_has_no_place()
    op.drop_index("ix_session_person_id_started_at", "session")
    _set_aside("sealed")
    _make_plain_sessions()
    open_sessions(op.get_bind(), _vault())
    _drop("sealed")
    for table in ("feed", "therapist_patient", "login", "account", "summary", "entry", "audit", "data_key", "person"):
        op.drop_table(table)
    if _is_postgresql():
        op.execute("DROP FUNCTION audit_is_append_only")


def _make_people() -> None:
    op.create_table(
        "person",
        _id(),
        _moment("created_at", nullable=False),
        _moment("erased_at"),
        sa.Column("sealed", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_table(
        "data_key",
        _id(),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_key"),
    )
    op.create_table(
        "entry",
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        _moment("at", nullable=False),
        sa.Column("by", sa.String),
        _sealed(),
        sa.PrimaryKeyConstraint("person_id", "number", name="pk_entry"),
        _belongs("entry", "person"),
    )
    op.create_index("ix_entry_person_id_kind_number", "entry", ["person_id", "kind", "number"])
    op.create_table(
        "summary",
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("upto", sa.Integer, nullable=False),
        _sealed(),
        sa.PrimaryKeyConstraint("person_id", name="pk_summary"),
        _belongs("summary", "person"),
    )
    op.create_table(
        "feed",
        sa.Column("token_hash", sa.String, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        _moment("created_at", nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_feed"),
        _belongs("feed", "person"),
    )
    op.create_index("ix_feed_person_id", "feed", ["person_id"])


def _make_accounts() -> None:
    op.create_table(
        "account",
        _id(),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("password_hash", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("person_id", sa.String),
        _moment("created_at", nullable=False),
        _moment("disabled_at"),
        sa.Column("totp_sealed", sa.LargeBinary),
        _moment("totp_confirmed_at"),
        sa.Column("failed", sa.Integer, nullable=False),
        _moment("locked_until"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("name", name="uq_account_name"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_account_person_id_person"),
    )
    op.create_table(
        "login",
        sa.Column("token_hash", sa.String, nullable=False),
        sa.Column("account_id", sa.String, nullable=False),
        _moment("created_at", nullable=False),
        _moment("seen_at", nullable=False),
        _moment("expires_at", nullable=False),
        sa.Column("agent", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_login"),
        _belongs("login", "account"),
    )
    op.create_index("ix_login_account_id", "login", ["account_id"])
    op.create_table(
        "therapist_patient",
        sa.Column("therapist_id", sa.String, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        _moment("since", nullable=False),
        sa.PrimaryKeyConstraint("therapist_id", "person_id", name="pk_therapist_patient"),
        _belongs("therapist_patient", "account", "therapist_id"),
        _belongs("therapist_patient", "person"),
    )
    op.create_index("ix_therapist_patient_person_id", "therapist_patient", ["person_id"])


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        _moment("at", nullable=False),
        sa.Column("actor", sa.String),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("subject", sa.String),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    refusal = "the audit is append-only"
    if not _is_postgresql():
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    )
    for change, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
            f"FOR EACH {each} EXECUTE FUNCTION audit_is_append_only()"
        )


def _make_sealed_sessions() -> None:
    op.create_table(
        "session",
        _id(),
        sa.Column("person_id", sa.String, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("exercise", "level", "source", "language", "state")),
        _moment("started_at", nullable=False),
        _moment("ended_at"),
        _moment("deleted_at"),
        _sealed(),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        _belongs("session", "person"),
    )
    op.create_index("ix_session_person_id_started_at", "session", ["person_id", "started_at"])
    op.create_table(
        "event",
        *_place_in_session("event", "number"),
        sa.Column("time_s", sa.Double, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        _sealed(),
    )
    op.create_table("signal", *_place_in_session("signal", "start_ms"), _sealed())


def _make_plain_sessions() -> None:
    op.create_table(
        "session",
        _id(),
        *(sa.Column(name, sa.String, nullable=False) for name in ("exercise", "level", "source", "language")),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        _moment("started_at", nullable=False),
        _moment("ended_at"),
        sa.Column("name", sa.String),
        sa.Column("height_cm", sa.Double),
        sa.Column("weight_kg", sa.Double),
        sa.Column("sex", sa.String),
        sa.Column("age", sa.Double),
        sa.Column("outcome", sa.JSON),
        sa.Column("kept_file", sa.String),
        _moment("deleted_at"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
    )
    op.create_index("ix_session_started_at", "session", ["started_at"])
    op.create_table(
        "event",
        *_place_in_session("event", "number"),
        sa.Column("time_s", sa.Double, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
    )
    op.create_table(
        "signal", *_place_in_session("signal", "start_ms"), sa.Column("payload", sa.LargeBinary, nullable=False)
    )


def _refuse_what_has_no_place() -> None:
    bind = op.get_bind()
    others = sa.table("session", sa.column("person_id"))
    found = {
        "accounts": sa.select(sa.literal(1)).select_from(sa.table("account")),
        "diaries": sa.select(sa.literal(1)).select_from(sa.table("entry")),
        "sessions of several people": sa.select(sa.literal(1)).select_from(others).where(others.c.person_id != SELF),
    }
    for what, query in found.items():
        if bind.execute(query.limit(1)).first() is not None:
            raise InputError(
                "the records", f"hold {what}, which an older version has no place for", "export them first"
            )


def _set_aside(suffix: str) -> None:
    """Give the tables other names, so that the new ones can take theirs; none is dropped before it was copied."""
    for table in _REWRITTEN:
        op.rename_table(table, f"{table}_{suffix}")
        if _is_postgresql():  # where the names of indexes are those of the whole database
            op.execute(f"ALTER INDEX pk_{table} RENAME TO pk_{table}_{suffix}")


def _drop(suffix: str) -> None:
    for table in reversed(_REWRITTEN):  # what belongs to sessions before these, which would take it along
        op.drop_table(f"{table}_{suffix}")


def _vault() -> Vault:
    vault = context.config.attributes["vault"]
    if not isinstance(vault, Vault):
        raise TypeError("these migrations need a vault")
    return vault


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _id() -> "sa.Column[str]":
    return sa.Column("id", sa.String, nullable=False)


def _sealed() -> "sa.Column[bytes]":
    return sa.Column("sealed", sa.LargeBinary, nullable=False)


def _moment(name: str, nullable: bool = True) -> "sa.Column[datetime]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _belongs(table: str, to: str, column: str = "") -> sa.ForeignKeyConstraint:
    column = column or f"{to}_id"
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}", ondelete="CASCADE")


def _place_in_session(table: str, key: str) -> tuple[SchemaItem, ...]:
    return (
        sa.Column("session_id", sa.String, nullable=False),
        sa.Column(key, sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("session_id", key, name=f"pk_{table}"),
        _belongs(table, "session"),
    )
