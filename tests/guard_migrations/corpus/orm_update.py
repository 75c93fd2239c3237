# expect: CAUTIOUS
# rules: rows-updated, transaction-by-hand, downgrade-missing
# about: the ORM in a migration
"""the ORM in a migration

Revision ID: 0061c0ffee61
Revises: ba5e00000001
Create Date: 2026-03-05 10:12:44.120012

"""
from sqlalchemy.orm import Session, declarative_base
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0061c0ffee61'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


Base = declarative_base()


class User(Base):
    __tablename__ = 'users'
    id = sa.Column(sa.Integer, primary_key=True)
    plan = sa.Column(sa.Text)


def upgrade():
    session = Session(bind=op.get_bind())
    for user in session.query(User).filter(User.plan == 'gold'):
        user.plan = 'pro'
    session.commit()


def downgrade():
    pass
