"""Labels, on a branch of their own."""

import sqlalchemy as sa
from alembic import op

revision = "3c03"
down_revision = "1a01"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "labels", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String(30), nullable=False)
    )
    op.create_table(
        "labelled",
        sa.Column(
            "booking_id", sa.Integer(), sa.ForeignKey("bookings.id", name="fk_labelled_booking"), primary_key=True
        ),
        sa.Column("label_id", sa.Integer(), sa.ForeignKey("labels.id", name="fk_labelled_label"), primary_key=True),
    )


def downgrade():
    op.drop_table("labelled")
    op.drop_table("labels")
