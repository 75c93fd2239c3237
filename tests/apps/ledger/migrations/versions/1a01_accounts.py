"""Accounts and bookings."""

import sqlalchemy as sa
from alembic import op

revision = "1a01"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email", sa.String(120), nullable=False),
        sa.Column("parent_id", sa.Integer(), sa.ForeignKey("accounts.id", name="fk_accounts_parent")),
        sa.UniqueConstraint("email", name="uq_accounts_email"),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("from_id", sa.Integer(), sa.ForeignKey("accounts.id", name="fk_bookings_from"), nullable=False),
        sa.Column("to_id", sa.Integer(), sa.ForeignKey("accounts.id", name="fk_bookings_to"), nullable=False),
        sa.Column("amount", sa.Numeric(10, 2), nullable=False),
        sa.Column("booked_at", sa.DateTime(), nullable=False),
    )


def downgrade():
    op.drop_table("bookings")
    op.drop_table("accounts")
