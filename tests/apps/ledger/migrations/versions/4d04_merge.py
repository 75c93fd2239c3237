"""Kinds and labels together."""

revision = "4d04"
down_revision = ("2b02", "3c03")
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
