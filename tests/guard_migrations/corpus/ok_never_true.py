# expect: SAFE
# rules: -
# about: a branch that is never taken
"""a branch that is never taken

Revision ID: 0107c0ffee107
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0107c0ffee107'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


DEBUG = False


def upgrade():
    if False:
        op.drop_table('users')
    if DEBUG:
        op.execute('TRUNCATE users')
    op.add_column('users', sa.Column('nick', sa.Text()))


def downgrade():
    op.drop_column('users', 'nick')
