# expect: SAFE
# rules: -
# about: the downgrade takes seeds out
"""the downgrade takes seeds out

Revision ID: 0124c0ffee124
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0124c0ffee124'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.bulk_insert(sa.table('events', sa.column('kind', sa.String)), [{'kind': 'boot'}])


def downgrade():
    op.execute("DELETE FROM events WHERE kind = 'boot'")
