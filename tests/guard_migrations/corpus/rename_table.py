# expect: DANGEROUS
# rules: table-renamed
# about: a table
"""a table

Revision ID: 0037c0ffee37
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0037c0ffee37'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.rename_table('orders', 'purchases')


def downgrade():
    op.rename_table('purchases', 'orders')
