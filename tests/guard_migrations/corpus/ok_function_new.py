# expect: SAFE
# rules: -
# about: a function that nobody calls yet
"""a function that nobody calls yet

Revision ID: 0122c0ffee122
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0122c0ffee122'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('CREATE FUNCTION total() RETURNS int AS $$ DELETE FROM users; SELECT 1 $$ LANGUAGE sql')


def downgrade():
    op.execute('DROP FUNCTION total()')
