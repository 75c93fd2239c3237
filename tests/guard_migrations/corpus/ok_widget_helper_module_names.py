# expect: SAFE
# rules: -
# about: names from a tuple, a dictionary and str.format
"""names from a tuple, a dictionary and str.format

Revision ID: 0099c0ffee99
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0099c0ffee99'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


LATER = {'users': [('seen', sa.DateTime()), ('left', sa.DateTime())], 'orders': (('paid', sa.DateTime()),)}


def upgrade():
    for table, columns in LATER.items():
        for name, kind in columns:
            op.add_column(table, sa.Column('{}_at'.format(name), kind, nullable=True))


def downgrade():
    for table, columns in LATER.items():
        for name, _ in columns:
            op.drop_column(table, '{}_at'.format(name))
