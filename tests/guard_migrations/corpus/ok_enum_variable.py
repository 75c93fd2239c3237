# expect: SAFE
# rules: -
# about: a type is made and dropped by hand
"""a type is made and dropped by hand

Revision ID: 0117c0ffee117
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0117c0ffee117'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


state = sa.Enum('one', 'two', name='order_step')


def upgrade():
    state.create(op.get_bind(), checkfirst=True)
    op.add_column('orders', sa.Column('step', state, nullable=True))


def downgrade():
    op.drop_column('orders', 'step')
    state.drop(op.get_bind(), checkfirst=True)
