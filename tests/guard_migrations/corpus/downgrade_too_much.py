# expect: DANGEROUS
# rules: downgrade-drops-more
# about: a table too many
"""a table too many

Revision ID: 0082c0ffee82
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0082c0ffee82'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('nick', sa.Text()))


def downgrade():
    op.drop_column('users', 'nick')
    op.drop_table('events')
