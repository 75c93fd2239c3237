# expect: SAFE
# rules: -
# about: rows of a new table, with SQLAlchemy
"""rows of a new table, with SQLAlchemy

Revision ID: 0111c0ffee111
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0111c0ffee111'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    roles = op.create_table('roles', sa.Column('id', sa.Integer()), sa.Column('name', sa.Text()))
    conn = op.get_bind()
    conn.execute(roles.insert().values(id=1, name='x'))
    conn.execute(sa.delete(roles).where(roles.c.id == 2))


def downgrade():
    op.drop_table('roles')
