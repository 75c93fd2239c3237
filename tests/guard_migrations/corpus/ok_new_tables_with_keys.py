# expect: SAFE
# rules: -
# about: new tables with foreign keys to old ones
"""new tables with foreign keys to old ones

Revision ID: 0038c0ffee38
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0038c0ffee38'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('teams',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('owner_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['owner_id'], ['users.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('teams', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_teams_owner_id'), ['owner_id'], unique=False)
    op.create_foreign_key('fk_teams_order', 'teams', 'orders', ['id'], ['id'])
    op.alter_column('teams', 'owner_id', nullable=True)
    op.bulk_insert(sa.table('teams', sa.column('owner_id')), [{'owner_id': 1}])
    op.execute('UPDATE teams SET owner_id = 2')


def downgrade():
    op.drop_table('teams')
