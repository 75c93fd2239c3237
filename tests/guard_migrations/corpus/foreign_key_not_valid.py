# expect: CAUTIOUS
# rules: foreign-key-added
# about: NOT VALID
"""NOT VALID

Revision ID: 0051c0ffee51
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0051c0ffee51'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_foreign_key('fk_orders_user', 'orders', 'users', ['user_id'], ['id'], postgresql_not_valid=True)


def downgrade():
    op.drop_constraint('fk_orders_user', 'orders', type_='foreignkey')
