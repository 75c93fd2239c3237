# expect: CAUTIOUS
# rules: sql-not-understood, downgrade-missing
# about: code in the database
"""code in the database

Revision ID: 0071c0ffee71
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0071c0ffee71'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("""DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables LOOP EXECUTE format('ALTER TABLE %I OWNER TO app', t); END LOOP; END $$;""")


def downgrade():
    pass
