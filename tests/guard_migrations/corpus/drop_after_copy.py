# expect: DANGEROUS
# rules: column-dropped, rows-updated, backfill-with-schema-change
# about: a column that is dropped right after its content was copied
"""a column that is dropped right after its content was copied

Revision ID: 0017c0ffee17
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0017c0ffee17'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('orders', sa.Column('remark', sa.Text()))
    op.execute('UPDATE orders SET remark = note')
    op.drop_column('orders', 'note')


def downgrade():
    op.add_column('orders', sa.Column('note', sa.String(200)))
    op.execute('UPDATE orders SET note = remark')
    op.drop_column('orders', 'remark')
