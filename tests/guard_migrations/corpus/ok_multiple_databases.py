# expect: SAFE
# rules: -
# about: one function a database
"""one function a database

Revision ID: 0126c0ffee126
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0126c0ffee126'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade(engine_name):
    globals()["upgrade_%s" % engine_name]()


def downgrade(engine_name):
    globals()["downgrade_%s" % engine_name]()


def upgrade_():
    op.add_column('users', sa.Column('nick', sa.Text()))


def downgrade_():
    op.drop_column('users', 'nick')


def upgrade_reports():
    op.create_table('daily', sa.Column('id', sa.Integer(), primary_key=True))


def downgrade_reports():
    op.drop_table('daily')
