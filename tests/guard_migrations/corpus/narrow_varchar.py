# expect: DANGEROUS
# rules: column-type-altered
# about: a shorter text; the history knows the old type
"""a shorter text; the history knows the old type

Revision ID: 0022c0ffee22
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0022c0ffee22'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('users', 'email', type_=sa.String(60))


def downgrade():
    op.alter_column('users', 'email', type_=sa.String(120))
