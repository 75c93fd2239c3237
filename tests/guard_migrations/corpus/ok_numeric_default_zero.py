# expect: SAFE
# rules: -
# about: NOT NULL with 0, by a helper that returns the column
"""NOT NULL with 0, by a helper that returns the column

Revision ID: 0125c0ffee125
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0125c0ffee125'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def required(name, default):
    return sa.Column(name, sa.Numeric(10, 2), nullable=False, server_default=default)


def upgrade():
    op.add_column('orders', required('tax', '0'))


def downgrade():
    op.drop_column('orders', 'tax')
