# expect: DANGEROUS
# rules: enum-value-added, rows-updated, downgrade-missing
# about: used in the same transaction
"""used in the same transaction

Revision ID: 0075c0ffee75
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0075c0ffee75'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("ALTER TYPE order_status ADD VALUE 'lost'")
    op.execute("UPDATE orders SET status = 'lost' WHERE total IS NULL")


def downgrade():
    pass
