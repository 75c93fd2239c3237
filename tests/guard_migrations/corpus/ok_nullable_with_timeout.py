# expect: SAFE
# rules: -
# about: a nullable column with timeouts
"""a nullable column with timeouts

Revision ID: 0009c0ffee09
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0009c0ffee09'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("SET lock_timeout = '4s'")
    op.execute("SET LOCAL statement_timeout TO '30s'")
    op.add_column('orders', sa.Column('coupon', sa.String(20)))


def downgrade():
    op.drop_column('orders', 'coupon')
