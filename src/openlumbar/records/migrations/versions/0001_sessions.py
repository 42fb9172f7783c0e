"""Make the tables of sessions, their events and their signals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "session",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("exercise", sa.String, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("name", sa.String),
        sa.Column("height_cm", sa.Double),
        sa.Column("weight_kg", sa.Double),
        sa.Column("sex", sa.String),
        sa.Column("age", sa.Double),
        sa.Column("outcome", sa.JSON),
        sa.Column("kept_file", sa.String),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
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
        "signal",
        *_place_in_session("signal", "start_ms"),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Remove them again."""
    op.drop_table("signal")
    op.drop_table("event")
    op.drop_index("ix_session_started_at", "session")
    op.drop_table("session")


def _place_in_session(table: str, key: str) -> tuple[SchemaItem, ...]:
    return (
        sa.Column("session_id", sa.String, nullable=False),
        sa.Column(key, sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("session_id", key, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=f"fk_{table}_session_id_session", ondelete="CASCADE"
        ),
    )
