# expect: SAFE
# rules: -
# about: an existing type is used
"""an existing type is used

Revision ID: 0116c0ffee116
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


# revision identifiers, used by Alembic.
revision = '0116c0ffee116'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('refunds', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('status', postgresql.ENUM('new', 'paid', 'sent', name='order_status', create_type=False)))


def downgrade():
    op.drop_table('refunds')
