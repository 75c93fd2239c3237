# expect: SAFE
# rules: -
# about: autogenerate's other spelling of the same type
"""autogenerate's other spelling of the same type

Revision ID: 0028c0ffee28
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0028c0ffee28'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('users', 'name', existing_type=sa.VARCHAR(length=50), type_=sa.Unicode(length=50), existing_nullable=True)


def downgrade():
    pass
