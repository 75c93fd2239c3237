# expect: CAUTIOUS
# rules: index-dropped
# about: an index goes
"""an index goes

Revision ID: 0047c0ffee47
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0047c0ffee47'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index('ix_events_kind', table_name='events')


def downgrade():
    op.create_index('ix_events_kind', 'events', ['kind'])
