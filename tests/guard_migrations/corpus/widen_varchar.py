# expect: CAUTIOUS
# rules: column-type-altered
# about: a longer text
"""a longer text

Revision ID: 0027c0ffee27
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0027c0ffee27'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('users') as batch_op:
        batch_op.alter_column('name', existing_type=sa.VARCHAR(length=50), type_=sa.String(length=100), existing_nullable=True)


def downgrade():
    with op.batch_alter_table('users') as batch_op:
        batch_op.alter_column('name', existing_type=sa.String(length=100), type_=sa.VARCHAR(length=50), existing_nullable=True)
