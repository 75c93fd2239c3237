# expect: SAFE
# rules: -
# about: raw SQL with a constant default
"""raw SQL with a constant default

Revision ID: 0010c0ffee10
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0010c0ffee10'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("""
        ALTER TABLE users
            ADD COLUMN IF NOT EXISTS locale varchar(8) NOT NULL DEFAULT 'en'
    """)


def downgrade():
    op.execute('ALTER TABLE users DROP COLUMN IF EXISTS locale')
