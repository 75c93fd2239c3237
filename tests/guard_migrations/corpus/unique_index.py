# expect: DANGEROUS
# rules: unique-constraint-added
# about: a unique index
"""a unique index

Revision ID: 0045c0ffee45
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0045c0ffee45'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_index('ux_users_name', 'users', ['name'], unique=True)


def downgrade():
    op.drop_index('ux_users_name', table_name='users')
