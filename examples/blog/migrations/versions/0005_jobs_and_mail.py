"""Jobs, mail, and the mails of accounts

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
        sa.UniqueConstraint("unique_key", name=op.f("uq_jobs_unique_key")),
    )
    op.create_index(
        "ix_jobs_finished",
        "jobs",
        ["finished_at"],
        postgresql_where=sa.text("state IN ('done', 'dead')"),
        sqlite_where=sa.text("state IN ('done', 'dead')"),
    )
    op.create_index(
        "ix_jobs_held",
        "jobs",
        ["state", "concurrency_key", "id"],
        postgresql_where=sa.text("state IN ('blocked', 'parked')"),
        sqlite_where=sa.text("state IN ('blocked', 'parked')"),
    )
    op.create_index(
        "ix_jobs_keys",
        "jobs",
        ["concurrency_key"],
        postgresql_where=sa.text("state IN ('running')"),
        sqlite_where=sa.text("state IN ('running')"),
    )
    op.create_index(
        "ix_jobs_ready",
        "jobs",
        ["queue", sa.text("priority DESC"), "id"],
        postgresql_where=sa.text("state IN ('ready')"),
        sqlite_where=sa.text("state IN ('ready')"),
    )
    op.create_index(
        "ix_jobs_running",
        "jobs",
        ["lease_until"],
        postgresql_where=sa.text("state IN ('running')"),
        sqlite_where=sa.text("state IN ('running')"),
    )
    op.create_index(
        "ix_jobs_scheduled",
        "jobs",
        ["run_at"],
        postgresql_where=sa.text("state IN ('scheduled')"),
        sqlite_where=sa.text("state IN ('scheduled')"),
    )
    op.create_index(
        "ix_jobs_relayed",
        "jobs",
        ["queue", "lease_until"],
        postgresql_where=sa.text("state IN ('relayed')"),
        sqlite_where=sa.text("state IN ('relayed')"),
    )
    op.create_table(
        "job_relays",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("beaten_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_relays")),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=998), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
    )
    op.create_index("ix_mails_created_at", "mails", ["created_at"])
    op.create_table(
        "account_deletions",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_account_deletions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_account_deletions")),
    )
    op.create_table(
        "email_tokens",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_email_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_email_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_email_tokens_token_hash")),
    )
    op.create_table(
        "verified_emails",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_verified_emails_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_verified_emails")),
    )


def downgrade() -> None:
    op.drop_table("verified_emails")
    op.drop_table("email_tokens")
    op.drop_table("account_deletions")
    op.drop_table("mails")
    op.drop_table("job_relays")
    op.drop_table("jobs")
    op.drop_table("job_ticks")
    op.drop_table("job_marks")
