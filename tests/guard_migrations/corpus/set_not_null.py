# expect: DANGEROUS
# rules: column-becomes-not-null
# about: NOT NULL without a look at rows
"""NOT NULL without a look at rows

Revision ID: 0030c0ffee30
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0030c0ffee30'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('users', 'name', existing_type=sa.String(50), nullable=False)


def downgrade():
    op.alter_column('users', 'name', existing_type=sa.String(50), nullable=True)
