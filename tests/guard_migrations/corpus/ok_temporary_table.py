# expect: SAFE
# rules: -
# about: a table that lives for the migration only
"""a table that lives for the migration only

Revision ID: 0110c0ffee110
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0110c0ffee110'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('CREATE TEMPORARY TABLE pick (id int)')
    op.execute('INSERT INTO pick SELECT id FROM orders')
    op.execute('DROP TABLE pick')


def downgrade():
    pass
