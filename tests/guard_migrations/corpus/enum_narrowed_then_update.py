# expect: DANGEROUS
# rules: enum-value-removed, enum-not-created, rows-updated, backfill-with-schema-change, downgrade-missing
# about: an enum is narrowed before the rows are moved
"""an enum is narrowed before the rows are moved

Revision ID: 0029c0ffee29
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0029c0ffee29'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('orders', 'status', existing_type=sa.Enum('new', 'paid', 'sent', name='order_status'), type_=sa.Enum('new', 'done', name='order_state'))
    op.execute("UPDATE orders SET status = 'done' WHERE status IN ('paid', 'sent')")


def downgrade():
    pass
