# expect: SAFE
# rules: -
# about: NOT NULL with sa.false()
"""NOT NULL with sa.false()

Revision ID: 0101c0ffee101
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0101c0ffee101'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('orders', sa.Column('gift', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade():
    op.drop_column('orders', 'gift')
