# expect: SAFE
# rules: -
# about: comments of a table and a column
"""comments of a table and a column

Revision ID: 0118c0ffee118
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0118c0ffee118'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table_comment('users', 'people', existing_comment=None)
    op.execute("COMMENT ON COLUMN users.email IS 'where mail goes'")


def downgrade():
    op.drop_table_comment('users', existing_comment='people')
