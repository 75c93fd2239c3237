# expect: SAFE
# rules: -
# about: several nullable columns in one statement
"""several nullable columns in one statement

Revision ID: 0100c0ffee100
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0100c0ffee100'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('ALTER TABLE users ADD COLUMN a int, ADD COLUMN b text')


def downgrade():
    op.execute('ALTER TABLE users DROP COLUMN a, DROP COLUMN b')
