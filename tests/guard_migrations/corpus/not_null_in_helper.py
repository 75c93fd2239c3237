# expect: DANGEROUS
# rules: not-null-without-default
# about: helper with the columns in a loop
"""helper with the columns in a loop

Revision ID: 0003c0ffee03
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0003c0ffee03'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def add_flags(table, names):
    for name in names:
        op.add_column(table, sa.Column(name, sa.Boolean(), nullable=False))


def drop_flags(table, names):
    with op.batch_alter_table(table) as batch_op:
        for name in names:
            batch_op.drop_column(name)


def upgrade():
    add_flags('orders', ['urgent', 'gift'])


def downgrade():
    drop_flags('orders', ['urgent', 'gift'])
