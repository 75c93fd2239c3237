# expect: CAUTIOUS
# rules: downgrade-incomplete
# about: a column stays
"""a column stays

Revision ID: 0081c0ffee81
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0081c0ffee81'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('nick', sa.Text()))
    op.add_column('orders', sa.Column('nick', sa.Text()))


def downgrade():
    op.drop_column('users', 'nick')
