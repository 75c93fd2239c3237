# expect: DANGEROUS
# rules: enum-value-removed
# about: a value gets another name
"""a value gets another name

Revision ID: 0076c0ffee76
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0076c0ffee76'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("ALTER TYPE order_status RENAME VALUE 'sent' TO 'shipped'")


def downgrade():
    op.execute("ALTER TYPE order_status RENAME VALUE 'shipped' TO 'sent'")
