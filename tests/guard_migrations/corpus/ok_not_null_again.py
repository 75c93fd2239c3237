# expect: SAFE
# rules: -
# about: it is NOT NULL already, the history says
"""it is NOT NULL already, the history says

Revision ID: 0033c0ffee33
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0033c0ffee33'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('users', 'email', existing_type=sa.String(120), nullable=False)


def downgrade():
    pass
