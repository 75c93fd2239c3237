# expect: DANGEROUS
# rules: column-type-altered
# about: keys grow
"""keys grow

Revision ID: 0025c0ffee25
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0025c0ffee25'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('events', 'id', existing_type=sa.INTEGER(), type_=sa.BigInteger(), existing_nullable=False)


def downgrade():
    op.alter_column('events', 'id', existing_type=sa.BigInteger(), type_=sa.INTEGER(), existing_nullable=False)
