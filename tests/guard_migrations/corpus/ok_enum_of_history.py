# expect: SAFE
# rules: -
# about: a second column of a type that the history creates
"""a second column of a type that the history creates

Revision ID: 0133c0ffee133
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0133c0ffee133'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('last_status', sa.Enum('new', 'paid', 'sent', name='order_status'), nullable=True))


def downgrade():
    op.drop_column('users', 'last_status')
