# expect: DANGEROUS
# rules: column-type-altered
# about: fractions are cut, in SQL
"""fractions are cut, in SQL

Revision ID: 0023c0ffee23
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0023c0ffee23'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('ALTER TABLE orders ALTER COLUMN total TYPE integer USING total::integer')


def downgrade():
    op.execute('ALTER TABLE orders ALTER COLUMN total TYPE numeric(10, 2)')
