"""The migration of a new table."""

from beastmode_tools.recipes.code.text import fit
from beastmode_tools.recipes.fields.writing import revision_column
from beastmode_tools.recipes.migrations import Revision, add_revision
from beastmode_tools.recipes.resource.parts import Resource
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_table"]


def add_table(workspace: Workspace, revision: Revision, resource: Resource, message: str) -> None:
    """Add the migration that creates the resource's table and its indexes."""
    table = resource.table
    parts = ['        sa.Column("id", sa.Integer(), nullable=False)']
    parts += [revision_column(field, resource.related.get(field.name), indent=8) for field in resource.fields]
    created = '"created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False'
    parts.append(f"        sa.Column({created})")
    for field in resource.fields:
        if (related := resource.related.get(field.name)) is not None:
            name = f'name=op.f("fk_{table}_{field.column}_{related.table}")'
            items = [f'["{field.column}"]', f'["{related.table}.id"]', name]
            parts.append(fit("sa.ForeignKeyConstraint(", items, ")", indent=8))
    parts.append(f'        sa.PrimaryKeyConstraint("id", name=op.f("pk_{table}"))')
    parts += [
        fit("sa.UniqueConstraint(", [f'"{field.column}"', f'name=op.f("uq_{table}_{field.column}")'], ")", indent=8)
        for field in resource.fields
        if field.is_unique
    ]
    upgrade = "\n".join([f'    op.create_table(\n        "{table}",', *(f"{part}," for part in parts), "    )"])
    for field in resource.fields:
        if field.is_indexed and not field.is_unique:
            items = [f'op.f("ix_{table}_{field.column}")', f'"{table}"', f'["{field.column}"]', "unique=False"]
            upgrade += "\n" + fit("op.create_index(", items, ")", indent=4)
    add_revision(workspace, revision, message, f"{upgrade}\n", f'    op.drop_table("{table}")\n')
