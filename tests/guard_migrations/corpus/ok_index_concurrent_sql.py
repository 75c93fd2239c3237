# expect: SAFE
# rules: -
# about: the same in SQL
"""the same in SQL

Revision ID: 0043c0ffee43
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0043c0ffee43'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    with op.get_context().autocommit_block():
        op.execute('CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_orders_note ON orders (lower(note))')


def downgrade():
    with op.get_context().autocommit_block():
        op.execute('DROP INDEX CONCURRENTLY IF EXISTS ix_orders_note')
