# expect: CAUTIOUS
# rules: rows-updated, backfill-with-schema-change
# about: a column and its values
"""a column and its values

Revision ID: 0068c0ffee68
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0068c0ffee68'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('slug', sa.String(60)))
    op.execute("UPDATE users SET slug = lower(name) WHERE slug IS NULL")


def downgrade():
    op.drop_column('users', 'slug')
