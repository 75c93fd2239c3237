# expect: DANGEROUS
# rules: object-dropped
# about: a view
"""a view

Revision ID: 0090c0ffee90
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0090c0ffee90'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('DROP VIEW IF EXISTS paid_orders CASCADE')


def downgrade():
    op.execute('CREATE VIEW paid_orders AS SELECT 1')
