# expect: CAUTIOUS
# rules: downgrade-missing
# about: there is none
"""there is none

Revision ID: 0079c0ffee79
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0079c0ffee79'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('nick', sa.Text()))
