# expect: SAFE
# rules: -
# about: an index for the test database only
"""an index for the test database only

Revision ID: 0048c0ffee48
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0048c0ffee48'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    if op.get_context().dialect.name == 'sqlite':
        op.create_index('ix_orders_note', 'orders', ['note'])


def downgrade():
    if op.get_context().dialect.name == 'sqlite':
        op.drop_index('ix_orders_note', table_name='orders')
