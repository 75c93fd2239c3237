# expect: SAFE
# rules: -
# about: statistics
"""statistics

Revision ID: 0092c0ffee92
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0092c0ffee92'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('ANALYZE events')


def downgrade():
    pass
