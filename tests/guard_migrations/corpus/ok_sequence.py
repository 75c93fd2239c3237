# expect: SAFE
# rules: -
# about: a sequence
"""a sequence

Revision ID: 0123c0ffee123
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0123c0ffee123'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute(sa.schema.CreateSequence(sa.Sequence('bill_no')))


def downgrade():
    op.execute(sa.schema.DropSequence(sa.Sequence('bill_no')))
