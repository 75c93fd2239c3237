"""The column that a change in phases is about, and which columns cannot be changed so."""

import ast
import keyword
import re

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, Model
from beastmode_tools.recipes.fields.parse import TAKEN
from beastmode_tools.recipes.phases.declared import Declared, read_declared
from beastmode_tools.recipes.phases.uses import listed, views
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["column_of", "key_of", "new_name", "refuse_special", "split_target"]

NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST = 50
"""PostgreSQL cuts names at 63 characters, and a trigger is named after its table and its column."""
MIXINS = ("AccountMixin", "TimestampMixin", "VersionMixin")


def split_target(target: str) -> tuple[str, str]:
    """The table and the column that a person names.

    Raises:
        CouldNotRun: It is not `table.column`.
    """
    table, dot, column = target.partition(".")
    if not dot or not table or not column:
        raise CouldNotRun(f"{target!r} is not a column. Write TABLE.COLUMN, such as posts.title")
    return table, column


def column_of(workspace: Workspace, layout: Layout, target: str) -> Declared:
    """The column as its model declares it.

    Raises:
        CouldNotRun: There is no such table or column, or the library declares it.
    """
    table, column = split_target(target)
    model = layout.model(table)
    try:
        return read_declared(workspace, model, column)
    except CouldNotRun:
        if column in LIBRARY.get("AccountMixin", ()) and "AccountMixin" in model.bases:
            raise CouldNotRun(
                f"{model.table}.{column} is declared by beastmode's AccountMixin, which needs it as it is. "
                "Add a column of your own: beast add field"
            ) from None
        raise


LIBRARY = {"AccountMixin": ("email", "password_hash", "email_confirmed_at", "created_at", "token_version", "is_active")}
"""What the mixins of the library declare, so that the message says why the model does not."""


def refuse_special(workspace: Workspace, declared: Declared, *, copies: bool = True) -> None:
    """Refuses a column that others refer to, or whose declaration is not understood.

    Args:
        workspace: The project's files.
        declared: The column.
        copies: Whether another column takes over from it.

    Raises:
        CouldNotRun: It is one.
    """
    name, field = declared.name, declared.field
    if declared.is_key:
        raise CouldNotRun(f"{name} is the primary key, which other tables refer to. Change it by hand.")
    if declared.refers:
        raise CouldNotRun(f"{name} is a foreign key. Change the column that it refers to, or both by hand.")
    if field.is_unique and copies:
        raise CouldNotRun(f"{name} is unique, and two columns would have to be. Change it by hand: {declared.place}")
    if field.kind == "other":
        raise CouldNotRun(
            f"the type of {name} is not one that can be changed here ({declared.place}). "
            "Add a column, fill it, move the code to it and drop this one: beast add field, beast change drop"
        )
    if declared.computed and copies:
        raise CouldNotRun(
            f"{name} has the default {declared.computed}, which differs from row to row. Change it by hand: "
            f"{declared.place}"
        )
    if copies and (others := named_in_table(workspace, declared)):
        raise CouldNotRun(f"{others} names {declared.column} in a constraint or an index. Change it by hand.")
    if found := views(workspace, declared.model.table, declared.column):
        raise CouldNotRun(f"a view reads {name}: {listed(found)}. Drop the view first, and create it again afterwards.")


def named_in_table(workspace: Workspace, declared: Declared) -> str:
    """Where the model's `__table_args__`, or a foreign key of the project, names the column; "" if none does."""
    model = declared.model
    tree = ast.parse(workspace.read(model.path))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__table_args__", "__mapper_args__"):
            word = rf"\b{re.escape(declared.column)}\b"
            if model.name in enclosing(tree, node) and re.search(word, ast.unparse(node.value)):
                return f"{model.path}:{node.lineno}"
    for path in workspace.folder.rglob("*.py"):
        if f'ForeignKey("{declared.name}"' in path.read_text(encoding="utf-8", errors="replace"):
            return path.relative_to(workspace.folder).as_posix()
    return ""


def enclosing(tree: ast.Module, wanted: ast.AST) -> set[str]:
    """The classes around a node."""
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.ClassDef) and wanted in ast.walk(each)}


def key_of(workspace: Workspace, model: Model) -> str:
    """The column of the primary key, by which rows are filled in batches.

    Raises:
        CouldNotRun: The model declares none, or several.
    """
    tree = ast.parse(workspace.read(model.path))
    keys = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == model.name:
            keys = [each for each in node.body if "primary_key=True" in ast.unparse(each)]
    if len(keys) != 1:
        raise CouldNotRun(
            f"{model.name} in {model.path} has no primary key of one column, by which rows could be filled."
        )
    only = keys[0]
    target = (
        only.target if isinstance(only, ast.AnnAssign) else only.targets[0] if isinstance(only, ast.Assign) else None
    )
    name = target.id if isinstance(target, ast.Name) else ""
    return read_declared(workspace, model, name).column


def new_name(name: str, declared: Declared) -> str:
    """A name for the column that takes over.

    Raises:
        CouldNotRun: It cannot be used, or is taken.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise CouldNotRun(
            f"{name!r} is not a name for a column: use lowercase letters, digits and underscores, at most {LONGEST}."
        )
    if keyword.iskeyword(name):
        raise CouldNotRun(f"{name!r} is a Python keyword, so it cannot name a column.")
    if name in TAKEN:
        raise CouldNotRun(f"{name!r} cannot name a column: {TAKEN[name]}.")
    model = declared.model
    if name in model.attributes:
        raise CouldNotRun(f"{model.name} has an attribute {name} already: {model.path}.")
    return name
