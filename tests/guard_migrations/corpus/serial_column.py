# expect: DANGEROUS
# rules: column-added-with-rewrite
# about: a counter on a table that exists
"""a counter on a table that exists

Revision ID: 0014c0ffee14
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0014c0ffee14'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('ALTER TABLE orders ADD COLUMN number SERIAL')


def downgrade():
    op.drop_column('orders', 'number')
