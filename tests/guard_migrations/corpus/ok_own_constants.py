# expect: SAFE
# rules: -
# about: constants and an enum of the migration's own
"""constants and an enum of the migration's own

Revision ID: 0087c0ffee87
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
import enum
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0087c0ffee87'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


class Kind(enum.Enum):
    A = 'a'
    B = 'b'


NEW_COLUMNS = [
    sa.Column('kind', sa.Enum(Kind, name='kind', native_enum=False), server_default=Kind.A.name, nullable=False),
    sa.Column('kind_note', sa.String(20)),
]


def upgrade():
    for column in NEW_COLUMNS:
        op.add_column('users', column)


def downgrade():
    for column in reversed(NEW_COLUMNS):
        op.drop_column('users', column.name)
