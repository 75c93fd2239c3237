# expect: CAUTIOUS
# rules: operation-not-readable, downgrade-missing
# about: everything is done by another package
"""everything is done by another package

Revision ID: 0137c0ffee137
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0137c0ffee137'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    from vendor_tools import run_everything
    run_everything('users')


def downgrade():
    pass
