# expect: CAUTIOUS
# rules: operation-not-readable, downgrade-missing
# about: SQL from a file
"""SQL from a file

Revision ID: 0070c0ffee70
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
import pathlib
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0070c0ffee70'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute(pathlib.Path(__file__).with_suffix('.sql').read_text())


def downgrade():
    pass
