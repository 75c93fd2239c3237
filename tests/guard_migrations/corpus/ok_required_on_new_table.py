# expect: SAFE
# rules: -
# about: required columns of a table that is new
"""required columns of a table that is new

Revision ID: 0008c0ffee08
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0008c0ffee08'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('tags', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('label', sa.String(40), nullable=False))
    op.add_column('tags', sa.Column('rank', sa.Integer(), nullable=False))
    op.create_index(op.f('ix_tags_label'), 'tags', ['label'], unique=True)
    op.create_unique_constraint('uq_tags_rank', 'tags', ['rank'])


def downgrade():
    op.drop_table('tags')
