# expect: DANGEROUS
# rules: enum-not-created
# about: an enum column as autogenerate writes it
"""an enum column as autogenerate writes it

Revision ID: 0132c0ffee132
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0132c0ffee132'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('mood', sa.Enum('good', 'bad', name='mood'), nullable=True))


def downgrade():
    op.drop_column('users', 'mood')
