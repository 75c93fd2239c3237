# expect: CAUTIOUS
# rules: enum-value-added
# about: a value, downgrade: pass
"""a value, downgrade: pass

Revision ID: 0074c0ffee74
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0074c0ffee74'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE order_status ADD VALUE IF NOT EXISTS 'lost'")


def downgrade():
    pass
