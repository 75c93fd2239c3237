# expect: SAFE
# rules: -
# about: an enum that is a text
"""an enum that is a text

Revision ID: 0115c0ffee115
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0115c0ffee115'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('jobs', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('state', sa.Enum('new', 'done', name='job_state', native_enum=False)))


def downgrade():
    op.drop_table('jobs')
