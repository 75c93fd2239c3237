"""Bookings are open until they are closed; accounts get a note."""

import sqlalchemy as sa
from alembic import op

revision = "6f06"
down_revision = "5e05"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("bookings", sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("accounts", sa.Column("note", sa.Text()))


def downgrade():
    op.drop_column("accounts", "note")
    op.drop_column("bookings", "is_open")
