# expect: DANGEROUS
# rules: check-constraint-added
# about: a check
"""a check

Revision ID: 0053c0ffee53
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0053c0ffee53'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_check_constraint('ck_orders_total', 'orders', sa.column('total') > 0)


def downgrade():
    op.drop_constraint('ck_orders_total', 'orders', type_='check')
