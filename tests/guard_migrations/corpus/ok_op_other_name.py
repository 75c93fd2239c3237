# expect: SAFE
# rules: -
# about: op under another name, sqlalchemy by from-import
"""op under another name, sqlalchemy by from-import

Revision ID: 0119c0ffee119
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op as o
from sqlalchemy import Column, String
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0119c0ffee119'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    o.add_column('users', Column('nick', String(20), nullable=True))


def downgrade():
    o.drop_column('users', 'nick')
