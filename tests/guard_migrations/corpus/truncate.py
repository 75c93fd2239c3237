# expect: DANGEROUS
# rules: rows-deleted, downgrade-missing
# about: TRUNCATE
"""TRUNCATE

Revision ID: 0064c0ffee64
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0064c0ffee64'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('TRUNCATE events')


def downgrade():
    pass
