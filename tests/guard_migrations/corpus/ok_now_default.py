# expect: SAFE
# rules: -
# about: a default that is one value for all
"""a default that is one value for all

Revision ID: 0011c0ffee11
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0011c0ffee11'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('orders', sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False))


def downgrade():
    op.drop_column('orders', 'seen_at')
