# expect: DANGEROUS
# rules: server-default-dropped
# about: added NOT NULL with a default that goes at once
"""added NOT NULL with a default that goes at once

Revision ID: 0034c0ffee34
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0034c0ffee34'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('score', sa.Integer(), nullable=False, server_default='0'))
    op.alter_column('users', 'score', server_default=None)


def downgrade():
    op.drop_column('users', 'score')
