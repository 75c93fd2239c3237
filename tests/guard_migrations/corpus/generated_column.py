# expect: DANGEROUS
# rules: column-added-with-rewrite
# about: a stored column
"""a stored column

Revision ID: 0015c0ffee15
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0015c0ffee15'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('email_low', sa.String(120), sa.Computed('lower(email)', persisted=True)))


def downgrade():
    op.drop_column('users', 'email_low')
