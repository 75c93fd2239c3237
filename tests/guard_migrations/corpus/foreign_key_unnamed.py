# expect: DANGEROUS
# rules: foreign-key-added, unnamed-constraint-dropped
# about: as autogenerate writes it
"""as autogenerate writes it

Revision ID: 0052c0ffee52
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0052c0ffee52'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.create_foreign_key(None, 'users', ['user_id'], ['id'])


def downgrade():
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_constraint(None, type_='foreignkey')
