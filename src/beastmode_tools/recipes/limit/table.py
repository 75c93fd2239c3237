"""The migration of the table that limits count in."""

from beastmode_tools.project import migrations_folder
from beastmode_tools.recipes.migrations import Revision, add_revision, next_revision
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_counts"]


def add_counts(workspace: Workspace) -> Revision | None:
    """Add the migration that creates `rate_counts`; None if the project has one that names it."""
    folder = workspace.folder / (migrations_folder(workspace.folder) or "migrations") / "versions"
    if any('"rate_counts"' in path.read_text(encoding="utf-8", errors="replace") for path in folder.glob("*.py")):
        return None
    message = "add rate_counts"
    revision = next_revision(workspace, message)
    add_revision(workspace, revision, message, UPGRADE, '    op.drop_table("rate_counts")\n')
    return revision


UPGRADE = """    op.create_table(
        "rate_counts",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("resets_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_counts")),
    )
"""
