# expect: SAFE
# rules: -
# about: alter_column that only comments
"""alter_column that only comments

Revision ID: 0021c0ffee21
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0021c0ffee21'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('users', 'name', existing_type=sa.String(length=50), comment='as shown', existing_nullable=True)


def downgrade():
    op.alter_column('users', 'name', existing_type=sa.String(length=50), comment=None, existing_nullable=True)
