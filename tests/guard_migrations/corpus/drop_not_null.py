# expect: CAUTIOUS
# rules: column-becomes-nullable
# about: NULL is allowed
"""NULL is allowed

Revision ID: 0032c0ffee32
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0032c0ffee32'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('users', 'email', existing_type=sa.String(120), nullable=True)


def downgrade():
    op.alter_column('users', 'email', existing_type=sa.String(120), nullable=False)
