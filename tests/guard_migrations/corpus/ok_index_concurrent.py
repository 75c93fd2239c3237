# expect: SAFE
# rules: -
# about: an index in an autocommit block
"""an index in an autocommit block

Revision ID: 0042c0ffee42
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0042c0ffee42'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index('ix_orders_user_id', 'orders', ['user_id'], postgresql_concurrently=True, if_not_exists=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index('ix_orders_user_id', table_name='orders', postgresql_concurrently=True, if_exists=True)
