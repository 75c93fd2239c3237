"""`beast add index`: an index on a column of a table that exists."""

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.field.columns import add_indexes
from beastmode_tools.recipes.phases.declared import columns_of
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_index"]


def add_index(workspace: Workspace, place: str, command: str) -> Plan:
    """Decide what `beast add index` changes.

    Args:
        workspace: The project's files.
        place: `table.column`.
        command: What the person typed.

    Raises:
        CouldNotRun: There is no such column, or it cannot be edited.
    """
    table, dot, column = place.partition(".")
    if not dot or not table or not column:
        raise CouldNotRun(f"{place!r} is not a column. Write TABLE.COLUMN, such as posts.created_at")
    layout = read_layout(workspace)
    model = layout.model(table)
    if column not in model.attributes:
        known = ", ".join(each.column for each in columns_of(workspace, model))
        raise CouldNotRun(f"{model.name} in {model.path} declares no column {column}. It declares {known}.")
    module = ModuleEdit(workspace, model.path, layout.own)
    if not module.add_keyword(model.name, column, "index", "True"):
        return Plan(command)
    if model.attributes[column] and "= mapped_column(" in module.text:
        module.add_import("sqlalchemy.orm", "mapped_column")
    module.save()
    revision = add_indexes(workspace, model.table, (column,))
    return Plan(
        command,
        workspace.edits(),
        revision=revision.id,
        follows=revision.follows or "",
        next_steps=("beast dev     migrates the development database", "beast test"),
    )
