# expect: CAUTIOUS
# rules: rows-deleted, downgrade-missing
# about: a DELETE that is put together
"""a DELETE that is put together

Revision ID: 0063c0ffee63
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0063c0ffee63'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    conn = op.get_bind()
    for kind in ('debug', 'trace'):
        conn.execute(sa.text("DELETE FROM events WHERE kind = '{}'".format(kind)))


def downgrade():
    pass
