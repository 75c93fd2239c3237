# expect: SAFE
# rules: -
# about: the downgrade is written in another way
"""the downgrade is written in another way

Revision ID: 0083c0ffee83
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0083c0ffee83'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('nick', sa.Text()))
    op.create_table('tags', sa.Column('id', sa.Integer(), primary_key=True))
    op.create_index('ix_tags_id', 'tags', ['id'])


def downgrade():
    op.execute('DROP TABLE tags')
    with op.batch_alter_table('users') as b:
        b.drop_column('nick')
