# expect: DANGEROUS
# rules: foreign-key-added
# about: every row points to the same one
"""every row points to the same one

Revision ID: 0135c0ffee135
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0135c0ffee135'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('orders', sa.Column('seller_id', sa.Integer(), sa.ForeignKey('users.id'), server_default='1', nullable=False))


def downgrade():
    op.drop_column('orders', 'seller_id')
