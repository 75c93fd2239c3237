# expect: DANGEROUS
# rules: rows-deleted, downgrade-missing
# about: a table is cleared
"""a table is cleared

Revision ID: 0062c0ffee62
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0062c0ffee62'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.get_bind().execute(sa.text('DELETE FROM events'))


def downgrade():
    pass
