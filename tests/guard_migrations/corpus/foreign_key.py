# expect: DANGEROUS
# rules: foreign-key-added
# about: on rows that exist
"""on rows that exist

Revision ID: 0050c0ffee50
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0050c0ffee50'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_foreign_key('fk_orders_user', 'orders', 'users', ['user_id'], ['id'])


def downgrade():
    op.drop_constraint('fk_orders_user', 'orders', type_='foreignkey')
