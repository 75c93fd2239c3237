# expect: SAFE
# rules: -
# about: a table and a unique index of it, in SQL
"""a table and a unique index of it, in SQL

Revision ID: 0108c0ffee108
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0108c0ffee108'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE tags (id serial PRIMARY KEY, label text NOT NULL); CREATE UNIQUE INDEX ux_tags ON tags (label);")


def downgrade():
    op.execute('DROP TABLE tags')
