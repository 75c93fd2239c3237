# expect: CAUTIOUS
# rules: unique-constraint-added
# about: a unique index, concurrently
"""a unique index, concurrently

Revision ID: 0046c0ffee46
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0046c0ffee46'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index('ux_users_name', 'users', ['name'], unique=True, postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index('ux_users_name', table_name='users', postgresql_concurrently=True)
