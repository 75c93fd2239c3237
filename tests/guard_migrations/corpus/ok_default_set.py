# expect: SAFE
# rules: -
# about: a first default
"""a first default

Revision ID: 0035c0ffee35
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0035c0ffee35'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('users', 'name', existing_type=sa.String(50), server_default='nobody')


def downgrade():
    op.alter_column('users', 'name', existing_type=sa.String(50), server_default=None)
