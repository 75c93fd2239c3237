# expect: DANGEROUS
# rules: column-dropped
# about: a column in a batch
"""a column in a batch

Revision ID: 0016c0ffee16
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0016c0ffee16'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('users') as batch_op:
        batch_op.drop_column('age')


def downgrade():
    with op.batch_alter_table('users') as batch_op:
        batch_op.add_column(sa.Column('age', sa.SmallInteger(), nullable=True))
