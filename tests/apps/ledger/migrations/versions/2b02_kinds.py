"""Kinds of accounts, an enum whose type goes with the column."""

import sqlalchemy as sa
from alembic import op

revision = "2b02"
down_revision = "1a01"
branch_labels = None
depends_on = None

kinds = sa.Enum("asset", "income", "cost", name="account_kind")


def upgrade():
    kinds.create(op.get_bind(), checkfirst=True)
    with op.batch_alter_table("accounts") as batch:
        batch.add_column(sa.Column("kind", kinds, nullable=False, server_default="asset"))


def downgrade():
    with op.batch_alter_table("accounts") as batch:
        batch.drop_column("kind")
    kinds.drop(op.get_bind(), checkfirst=True)
