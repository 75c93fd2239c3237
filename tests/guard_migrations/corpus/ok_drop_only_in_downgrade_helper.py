# expect: SAFE
# rules: -
# about: a helper that drops is called by the downgrade only
"""a helper that drops is called by the downgrade only

Revision ID: 0104c0ffee104
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0104c0ffee104'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def remove(*names):
    for name in names:
        op.execute(f'DROP TABLE IF EXISTS {name}')


def upgrade():
    op.create_table('tags', sa.Column('id', sa.Integer(), primary_key=True))


def downgrade():
    remove('tags')
