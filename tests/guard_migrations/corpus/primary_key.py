# expect: DANGEROUS
# rules: primary-key-changed
# about: a key is dropped and another made
"""a key is dropped and another made

Revision ID: 0055c0ffee55
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0055c0ffee55'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.drop_constraint('orders_pkey', 'orders', type_='primary')
    op.create_primary_key('orders_pkey', 'orders', ['id', 'user_id'])


def downgrade():
    op.drop_constraint('orders_pkey', 'orders', type_='primary')
    op.create_primary_key('orders_pkey', 'orders', ['id'])
