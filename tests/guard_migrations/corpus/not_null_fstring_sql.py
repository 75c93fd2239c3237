# expect: DANGEROUS
# rules: not-null-without-default
# about: raw SQL in an f-string
"""raw SQL in an f-string

Revision ID: 0005c0ffee05
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0005c0ffee05'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


TABLES = ('users', 'orders')


def upgrade():
    for t in TABLES:
        op.execute(f'ALTER TABLE {t} ADD COLUMN tenant_id INTEGER NOT NULL')


def downgrade():
    for t in TABLES:
        op.execute(f'ALTER TABLE {t} DROP COLUMN tenant_id')
