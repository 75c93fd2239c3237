# expect: SAFE
# rules: -
# about: a list comprehension that adds columns
"""a list comprehension that adds columns

Revision ID: 0127c0ffee127
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0127c0ffee127'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    [op.add_column('users', sa.Column(n, sa.Text())) for n in ('a', 'b')]


def downgrade():
    [op.drop_column('users', n) for n in ('a', 'b')]
