# expect: CAUTIOUS
# rules: index-locks-writes
# about: an index on a table that exists
"""an index on a table that exists

Revision ID: 0041c0ffee41
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0041c0ffee41'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(op.f('ix_orders_user_id'), 'orders', ['user_id'], unique=False)


def downgrade():
    op.drop_index(op.f('ix_orders_user_id'), table_name='orders')
