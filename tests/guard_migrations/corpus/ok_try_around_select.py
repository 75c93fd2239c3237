# expect: SAFE
# rules: -
# about: only a look at the rows may fail
"""only a look at the rows may fail

Revision ID: 0114c0ffee114
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0114c0ffee114'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    try:
        op.get_bind().execute(sa.text('SELECT 1 FROM users'))
    except Exception:
        pass
    op.add_column('users', sa.Column('nick', sa.Text()))


def downgrade():
    op.drop_column('users', 'nick')
