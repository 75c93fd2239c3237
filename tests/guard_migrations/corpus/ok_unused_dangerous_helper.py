# expect: SAFE
# rules: -
# about: a function that nobody calls
"""a function that nobody calls

Revision ID: 0105c0ffee105
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0105c0ffee105'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def risky():
    op.drop_column('users', 'email')
    op.execute('DELETE FROM users')


def upgrade():
    op.add_column('users', sa.Column('nick', sa.Text()))


def downgrade():
    op.drop_column('users', 'nick')
