# expect: CAUTIOUS
# rules: object-created
# about: a trigger on a table in use
"""a trigger on a table in use

Revision ID: 0088c0ffee88
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0088c0ffee88'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute('CREATE FUNCTION touch() RETURNS trigger AS $$ BEGIN NEW.created_at = now(); RETURN NEW; END $$ LANGUAGE plpgsql')
    op.execute('CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()')


def downgrade():
    op.execute('DROP TRIGGER users_touch ON users')
    op.execute('DROP FUNCTION touch()')
