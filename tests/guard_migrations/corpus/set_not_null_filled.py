# expect: CAUTIOUS
# rules: column-becomes-not-null, rows-updated
# about: filled before
"""filled before

Revision ID: 0031c0ffee31
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0031c0ffee31'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("UPDATE users SET name = '' WHERE name IS NULL")
    op.alter_column('users', 'name', existing_type=sa.String(50), nullable=False)


def downgrade():
    op.alter_column('users', 'name', existing_type=sa.String(50), nullable=True)
