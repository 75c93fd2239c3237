# expect: SAFE
# rules: -
# about: constraints of a table that is new
"""constraints of a table that is new

Revision ID: 0109c0ffee109
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0109c0ffee109'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('seats', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('row', sa.Integer()), sa.Column('n', sa.Integer()))
    op.create_check_constraint('ck_row', 'seats', 'row > 0')
    op.create_unique_constraint('uq_seat', 'seats', ['row', 'n'])
    with op.batch_alter_table('seats') as b:
        b.alter_column('n', existing_type=sa.Integer(), type_=sa.BigInteger(), nullable=False)


def downgrade():
    op.drop_table('seats')
