# expect: CAUTIOUS
# rules: column-added-with-rewrite
# about: a random default for each row
"""a random default for each row

Revision ID: 0013c0ffee13
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


# revision identifiers, used by Alembic.
revision = '0013c0ffee13'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('public_id', postgresql.UUID(as_uuid=True), server_default=sa.text('gen_random_uuid()'), nullable=False))


def downgrade():
    op.drop_column('users', 'public_id')
