# expect: DANGEROUS
# rules: maintenance-locks
# about: VACUUM FULL
"""VACUUM FULL

Revision ID: 0091c0ffee91
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0091c0ffee91'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('VACUUM FULL events')


def downgrade():
    pass
