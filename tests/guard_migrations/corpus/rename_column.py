# expect: DANGEROUS
# rules: column-renamed
# about: a rename
"""a rename

Revision ID: 0019c0ffee19
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0019c0ffee19'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('users', 'name', new_column_name='full_name', existing_type=sa.String(50), existing_nullable=True)


def downgrade():
    op.alter_column('users', 'full_name', new_column_name='name', existing_type=sa.String(50), existing_nullable=True)
