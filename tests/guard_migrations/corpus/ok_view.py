# expect: SAFE
# rules: -
# about: a view that nobody uses yet
"""a view that nobody uses yet

Revision ID: 0089c0ffee89
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0089c0ffee89'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('CREATE VIEW paid_orders AS SELECT * FROM orders WHERE total > 0')


def downgrade():
    op.execute('DROP VIEW paid_orders')
