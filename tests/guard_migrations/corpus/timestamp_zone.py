# expect: DANGEROUS
# rules: column-type-altered
# about: a time zone comes
"""a time zone comes

Revision ID: 0026c0ffee26
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0026c0ffee26'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('users', 'created_at', existing_type=sa.DateTime(), type_=sa.DateTime(timezone=True))


def downgrade():
    op.alter_column('users', 'created_at', existing_type=sa.DateTime(timezone=True), type_=sa.DateTime())
