import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    notes = op.create_table(
        "notes", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("title", sa.String(80), nullable=False)
    )
    op.bulk_insert(notes, [{"title": "a note that a migration left"}])


def downgrade():
    op.drop_table("notes")
