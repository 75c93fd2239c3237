# expect: DANGEROUS
# rules: rows-updated, downgrade-missing
# about: a lossy UPDATE of every row
"""a lossy UPDATE of every row

Revision ID: 0059c0ffee59
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0059c0ffee59'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('UPDATE users SET email = lower(email)')


def downgrade():
    pass
