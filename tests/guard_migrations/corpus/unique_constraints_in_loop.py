# expect: DANGEROUS
# rules: unique-constraint-added
# about: several at once
"""several at once

Revision ID: 0049c0ffee49
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0049c0ffee49'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


PAIRS = [('users', 'name'), ('orders', 'note')]


def upgrade():
    for table, column in PAIRS:
        op.create_unique_constraint(f'uq_{table}_{column}', table, [column])


def downgrade():
    for table, column in PAIRS:
        op.drop_constraint(f'uq_{table}_{column}', table, type_='unique')
