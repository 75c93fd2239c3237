# expect: SAFE
# rules: -
# about: a look at the rows
"""a look at the rows

Revision ID: 0067c0ffee67
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0067c0ffee67'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    count = op.get_bind().execute(sa.text('SELECT count(*) FROM users')).scalar()
    print('users:', count)


def downgrade():
    pass
