# expect: SAFE
# rules: -
# about: two ways to the same nullable column
"""two ways to the same nullable column

Revision ID: 0085c0ffee85
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


# revision identifiers, used by Alembic.
revision = '0085c0ffee85'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    dialect = op.get_bind().dialect.name
    if dialect == 'sqlite':
        with op.batch_alter_table('users') as b:
            b.add_column(sa.Column('extra', sa.Text()))
    elif dialect == 'postgresql':
        op.add_column('users', sa.Column('extra', postgresql.JSONB()))
    else:
        op.add_column('users', sa.Column('extra', sa.JSON()))


def downgrade():
    op.drop_column('users', 'extra')
