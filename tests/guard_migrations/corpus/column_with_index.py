# expect: CAUTIOUS
# rules: index-locks-writes
# about: a column that brings its index
"""a column that brings its index

Revision ID: 0134c0ffee134
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0134c0ffee134'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('slug', sa.String(50), index=True))


def downgrade():
    op.drop_column('users', 'slug')
