# expect: CAUTIOUS
# rules: check-constraint-added
# about: a check that is validated outside of the transaction
"""a check that is validated outside of the transaction

Revision ID: 0112c0ffee112
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0112c0ffee112'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('ALTER TABLE orders ADD CONSTRAINT ck CHECK (total >= 0) NOT VALID')
    with op.get_context().autocommit_block():
        op.execute('ALTER TABLE orders VALIDATE CONSTRAINT ck')


def downgrade():
    op.execute('ALTER TABLE orders DROP CONSTRAINT ck')
