# expect: CAUTIOUS
# rules: downgrade-incomplete
# about: the downgrade leaves the type
"""the downgrade leaves the type

Revision ID: 0072c0ffee72
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0072c0ffee72'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('jobs', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('state', sa.Enum('new', 'done', name='job_state'), nullable=False))


def downgrade():
    op.drop_table('jobs')
