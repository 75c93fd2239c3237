# expect: CAUTIOUS
# rules: operation-not-readable, live-application-code, downgrade-missing
# about: whatever the models say
"""whatever the models say

Revision ID: 0040c0ffee40
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from shop.models import Base
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0040c0ffee40'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    Base.metadata.create_all(bind=op.get_bind())


def downgrade():
    pass
