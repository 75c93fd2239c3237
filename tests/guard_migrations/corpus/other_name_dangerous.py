# expect: DANGEROUS
# rules: not-null-without-default
# about: op under another name, a required column
"""op under another name, a required column

Revision ID: 0120c0ffee120
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op as o
from sqlalchemy import Column, String
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0120c0ffee120'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    o.add_column('users', Column('nick', String(20), nullable=False))


def downgrade():
    o.drop_column('users', 'nick')
