# expect: DANGEROUS
# rules: table-dropped
# about: a table
"""a table

Revision ID: 0036c0ffee36
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0036c0ffee36'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index('ix_events_kind', table_name='events')
    op.drop_table('events')


def downgrade():
    op.create_table('events', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('kind', sa.String(20)), sa.Column('body', sa.JSON()))
    op.create_index('ix_events_kind', 'events', ['kind'])
