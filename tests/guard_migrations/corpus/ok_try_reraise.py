# expect: SAFE
# rules: -
# about: an error is told and goes on
"""an error is told and goes on

Revision ID: 0113c0ffee113
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0113c0ffee113'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    try:
        op.add_column('users', sa.Column('nick', sa.Text()))
    except Exception:
        print('could not add nick')
        raise


def downgrade():
    op.drop_column('users', 'nick')
