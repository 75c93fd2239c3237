# expect: CAUTIOUS
# rules: rows-updated, downgrade-missing
# about: rows are rewritten one by one in Python
"""rows are rewritten one by one in Python

Revision ID: 0060c0ffee60
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
import hashlib
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0060c0ffee60'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    bind = op.get_bind()
    users = sa.table('users', sa.column('id'), sa.column('plan'))
    for row in bind.execute(sa.select(users)):
        bind.execute(users.update().where(users.c.id == row.id).values(plan=hashlib.sha256(row.plan.encode()).hexdigest()))


def downgrade():
    pass
