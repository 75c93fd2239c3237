# expect: SAFE
# rules: -
# about: a default that holds SQL words
"""a default that holds SQL words

Revision ID: 0103c0ffee103
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0103c0ffee103'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('events', sa.Column('verb', sa.String(20), nullable=False, server_default='delete from ()'))


def downgrade():
    op.drop_column('events', 'verb')
