# expect: DANGEROUS
# rules: column-renamed
# about: two columns change places
"""two columns change places

Revision ID: 0020c0ffee20
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0020c0ffee20'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('users', 'name', new_column_name='x')
    op.alter_column('users', 'plan', new_column_name='name')
    op.alter_column('users', 'x', new_column_name='plan')


def downgrade():
    op.alter_column('users', 'plan', new_column_name='x')
    op.alter_column('users', 'name', new_column_name='plan')
    op.alter_column('users', 'x', new_column_name='name')
