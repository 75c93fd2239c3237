# expect: SAFE
# rules: -
# about: roles are brought along, and taken out
"""roles are brought along, and taken out

Revision ID: 0065c0ffee65
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0065c0ffee65'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    roles = op.create_table('roles', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('name', sa.Text()))
    op.bulk_insert(roles, [{'name': 'admin'}, {'name': 'guest'}])
    op.execute(roles.update().where(roles.c.name == 'guest').values(name='reader'))


def downgrade():
    op.drop_table('roles')
