# expect: SAFE
# rules: -
# about: columns that are called like commands
"""columns that are called like commands

Revision ID: 0121c0ffee121
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0121c0ffee121'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('grant', sa.Text()))
    op.add_column('users', sa.Column('lock', sa.Text()))


def downgrade():
    op.drop_column('users', 'lock')
    op.drop_column('users', 'grant')
