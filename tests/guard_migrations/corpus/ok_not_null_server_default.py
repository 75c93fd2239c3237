# expect: SAFE
# rules: -
# about: NOT NULL with a server default
"""NOT NULL with a server default

Revision ID: 0006c0ffee06
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0006c0ffee06'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False))


def downgrade():
    op.drop_column('users', 'active')
