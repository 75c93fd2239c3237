# expect: DANGEROUS
# rules: column-dropped
# about: a decorator that skips a dialect
"""a decorator that skips a dialect

Revision ID: 0084c0ffee84
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
import functools
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0084c0ffee84'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


def only_on_postgres(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        if op.get_bind().dialect.name != 'postgresql':
            return None
        return function(*args, **kwargs)
    return wrapper


@only_on_postgres
def upgrade():
    op.drop_column('users', 'age')


@only_on_postgres
def downgrade():
    op.add_column('users', sa.Column('age', sa.SmallInteger()))
