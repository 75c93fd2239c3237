# expect: SAFE
# rules: -
# about: a column that only the migration used
"""a column that only the migration used

Revision ID: 0018c0ffee18
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0018c0ffee18'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('events', sa.Column('tmp', sa.Integer()))
    op.drop_column('events', 'tmp')


def downgrade():
    pass
