# expect: CAUTIOUS
# rules: live-application-code
# about: an enum of the application
"""an enum of the application

Revision ID: 0086c0ffee86
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from shop.models import Role
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0086c0ffee86'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('role', sa.Enum(Role, name='role', native_enum=False), nullable=True))


def downgrade():
    op.drop_column('users', 'role')
