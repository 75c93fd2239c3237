# expect: SAFE
# rules: -
# about: dangerous lines that are comments and texts
"""dangerous lines that are comments and texts

Revision ID: 0106c0ffee106
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0106c0ffee106'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('nick', sa.Text()))
    # op.drop_column('users', 'email')
    """op.execute('DELETE FROM users')"""


def downgrade():
    op.drop_column('users', 'nick')
