# expect: CAUTIOUS
# rules: rows-copied, downgrade-missing
# about: into a table that is in use
"""into a table that is in use

Revision ID: 0069c0ffee69
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0069c0ffee69'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('INSERT INTO events (kind) SELECT note FROM orders')


def downgrade():
    pass
