"""Limits that are checked, details, and an index for the list."""

import sqlalchemy as sa
from alembic import op

revision = "5e05"
down_revision = "4d04"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("accounts") as batch:
        batch.add_column(sa.Column("limit", sa.Numeric(12, 2)))
        batch.create_check_constraint("ck_accounts_limit", '"limit" > 0')
    op.add_column("bookings", sa.Column("details", sa.JSON()))
    op.create_index("ix_bookings_booked_at", "bookings", ["booked_at"])


def downgrade():
    op.drop_index("ix_bookings_booked_at", "bookings")
    op.drop_column("bookings", "details")
    with op.batch_alter_table("accounts") as batch:
        batch.drop_constraint("ck_accounts_limit", type_="check")
        batch.drop_column("limit")
