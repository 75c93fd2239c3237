# expect: DANGEROUS
# rules: concurrently-in-transaction
# about: without the block
"""without the block

Revision ID: 0044c0ffee44
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0044c0ffee44'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_index('ix_orders_user_id', 'orders', ['user_id'], postgresql_concurrently=True)


def downgrade():
    op.drop_index('ix_orders_user_id', table_name='orders')
