# expect: CAUTIOUS
# rules: constraint-dropped
# about: a unique constraint goes
"""a unique constraint goes

Revision ID: 0054c0ffee54
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0054c0ffee54'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.drop_constraint('uq_users_email', 'users', type_='unique')


def downgrade():
    op.create_unique_constraint('uq_users_email', 'users', ['email'])
