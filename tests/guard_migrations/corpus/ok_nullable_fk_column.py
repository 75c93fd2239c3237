# expect: SAFE
# rules: -
# about: a nullable foreign key, column and constraint
"""a nullable foreign key, column and constraint

Revision ID: 0012c0ffee12
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0012c0ffee12'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('orders', sa.Column('parent_id', sa.Integer(), nullable=True))
    op.create_foreign_key('fk_orders_parent', 'orders', 'orders', ['parent_id'], ['id'])


def downgrade():
    op.drop_constraint('fk_orders_parent', 'orders', type_='foreignkey')
    op.drop_column('orders', 'parent_id')
