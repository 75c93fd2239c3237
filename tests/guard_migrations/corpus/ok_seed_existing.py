# expect: SAFE
# rules: -
# about: rows for a table that exists, downgrade: pass
"""rows for a table that exists, downgrade: pass

Revision ID: 0066c0ffee66
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0066c0ffee66'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("INSERT INTO events (kind) VALUES ('started') ON CONFLICT DO NOTHING")


def downgrade():
    pass
