# expect: DANGEROUS
# rules: column-type-altered
# about: text becomes JSONB
"""text becomes JSONB

Revision ID: 0024c0ffee24
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


# revision identifiers, used by Alembic.
revision = '0024c0ffee24'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('orders', 'note', existing_type=sa.String(200), type_=postgresql.JSONB(), postgresql_using='note::jsonb')


def downgrade():
    op.alter_column('orders', 'note', existing_type=postgresql.JSONB(), type_=sa.String(200))
