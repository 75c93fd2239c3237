# expect: CAUTIOUS
# rules: rows-updated, transaction-by-hand, live-application-code
# about: rows of the ORM, by the application's session
"""rows of the ORM, by the application's session

Revision ID: 0136c0ffee136
Revises: ba5e00000001
Create Date: 2026-03-06 10:12:44.120012

"""
from shop.models import db
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0136c0ffee136'
down_revision = 'ba5e00000001'
branch_labels = None
depends_on = None


class Row(db.Model):
    __tablename__ = 'events'
    id = sa.Column(sa.Integer, primary_key=True)
    kind = sa.Column(sa.String(20))


def paged(query, size=100):
    start = 0
    while start < query.count():
        for row in query.limit(size).offset(start):
            yield row
        start += size


def upgrade():
    session = db.Session(bind=op.get_bind())
    for row in paged(session.query(Row).filter(Row.kind == 'old')):
        row.kind = 'new'
    session.commit()


def downgrade():
    op.execute("UPDATE events SET kind = 'old' WHERE kind = 'new'")
