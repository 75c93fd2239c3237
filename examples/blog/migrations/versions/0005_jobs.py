"""Jobs: the outbox, marks, ticks and relays

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-30 19:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FINISHED = sa.text("state IN ('done', 'dead')")
RUNNING = sa.text("state = 'running'")
READY = sa.text("state = 'ready'")
SCHEDULED = sa.text("state = 'scheduled'")
RELAYED = sa.text("state = 'relayed'")
PARKED = sa.text("state = 'parked'")
DEAD = sa.text("state = 'dead'")
HAS_KEY = sa.text("concurrency_key IS NOT NULL")
HAS_UNIQUE_KEY = sa.text("unique_key IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "job_marks",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_job_marks")),
    )
    op.create_index("ix_job_marks_made_at", "job_marks", ["made_at"])
    op.create_table(
        "job_ticks",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("tick", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "tick", name=op.f("pk_job_ticks")),
    )
    op.create_index("ix_job_ticks_tick", "job_ticks", ["tick"])
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("queue", sa.String(length=50), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("max_attempts", sa.SmallInteger(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("unique_key", sa.String(length=200), nullable=True),
        sa.Column("concurrency_key", sa.String(length=200), nullable=True),
        sa.Column("progress", sa.Double(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_table(
        "job_relays",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("beaten_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_relays")),
    )
    _index_jobs()


def _index_jobs() -> None:
    op.create_index("ix_jobs_finished", "jobs", ["finished_at"], postgresql_where=FINISHED, sqlite_where=FINISHED)
    op.create_index("ix_jobs_parked", "jobs", ["name"], postgresql_where=PARKED, sqlite_where=PARKED)
    op.create_index("ix_jobs_dead", "jobs", ["id"], postgresql_where=DEAD, sqlite_where=DEAD)
    op.create_index(
        "ix_jobs_keys",
        "jobs",
        ["state", "concurrency_key", sa.text("priority DESC"), "run_at", "id"],
        postgresql_where=HAS_KEY,
        sqlite_where=HAS_KEY,
    )
    op.create_index(
        "ix_jobs_ready",
        "jobs",
        ["queue", sa.text("priority DESC"), "run_at", "id"],
        postgresql_where=READY,
        sqlite_where=READY,
    )
    op.create_index(
        "ix_jobs_unique",
        "jobs",
        ["unique_key"],
        unique=True,
        postgresql_where=HAS_UNIQUE_KEY,
        sqlite_where=HAS_UNIQUE_KEY,
    )
    op.create_index("ix_jobs_running", "jobs", ["lease_until"], postgresql_where=RUNNING, sqlite_where=RUNNING)
    op.create_index("ix_jobs_scheduled", "jobs", ["run_at"], postgresql_where=SCHEDULED, sqlite_where=SCHEDULED)
    op.create_index("ix_jobs_relayed", "jobs", ["queue", "lease_until"], postgresql_where=RELAYED, sqlite_where=RELAYED)


def downgrade() -> None:
    op.drop_table("job_relays")
    op.drop_table("jobs")
    op.drop_table("job_ticks")
    op.drop_table("job_marks")
