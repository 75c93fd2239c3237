# expect: CAUTIOUS
# rules: errors-swallowed
# about: a type that may be there, by a DO block
"""a type that may be there, by a DO block

Revision ID: 0077c0ffee77
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0077c0ffee77'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("DO $$ BEGIN CREATE TYPE mood AS ENUM ('ok', 'bad'); EXCEPTION WHEN duplicate_object THEN null; END $$;")


def downgrade():
    op.execute('DROP TYPE IF EXISTS mood')
