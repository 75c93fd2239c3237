# expect: DANGEROUS
# rules: not-null-without-default, errors-swallowed
# about: try/except that prints
"""try/except that prints

Revision ID: 0004c0ffee04
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0004c0ffee04'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    try:
        op.add_column('users', sa.Column('nick', sa.String(30), nullable=False))
    except Exception as e:
        print('column exists', e)


def downgrade():
    op.drop_column('users', 'nick')
