"""Roles of users, in a table; operators have one of them

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-30 19:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_roles",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=50), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_account_roles_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_account_roles")),
    )
    op.execute(
        "INSERT INTO account_roles (user_id, role, granted_at) "
        "SELECT user_id, 'operator', changed_at FROM credentials WHERE is_operator"
    )
    with op.batch_alter_table("credentials") as batch:
        batch.drop_column("is_operator")


def downgrade() -> None:
    with op.batch_alter_table("credentials") as batch:
        batch.add_column(sa.Column("is_operator", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE credentials SET is_operator = true "
        "WHERE user_id IN (SELECT user_id FROM account_roles WHERE role = 'operator')"
    )
    op.drop_table("account_roles")
