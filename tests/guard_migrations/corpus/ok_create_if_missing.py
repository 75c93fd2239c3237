# expect: SAFE
# rules: -
# about: a table that may be there
"""a table that may be there

Revision ID: 0039c0ffee39
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0039c0ffee39'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    bind = op.get_bind()
    inspector = sa.inspect(bind)
    if 'tags' not in inspector.get_table_names():
        op.create_table('tags', sa.Column('id', sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table('tags')
