# expect: DANGEROUS
# rules: not-null-without-default
# about: the default is Python's
"""the default is Python's

Revision ID: 0002c0ffee02
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0002c0ffee02'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('active', sa.Boolean(), default=True, nullable=False))


def downgrade():
    op.drop_column('users', 'active')
