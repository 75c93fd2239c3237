"""The migrations that add columns and indexes to a table with rows: short locks, and none while an index is built."""

from beastmode_tools.recipes.code.text import ROOM, fit
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.writing import Related, revision_column
from beastmode_tools.recipes.migrations import Revision, add_revision, next_revision
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_columns", "add_indexes"]


def add_columns(
    workspace: Workspace, table: str, fields: tuple[Field, ...], related: dict[str, Related]
) -> tuple[Revision, Revision]:
    """Add the migration of new columns, and the one of their indexes; the first and the last of them."""
    message = f"add {', '.join(field.column for field in fields)} to {table}"
    first = next_revision(workspace, message)
    up, down = [], []
    for field in fields:
        column = revision_column(field, related.get(field.name), indent=12).lstrip()
        up.append(fit_column(column))
        if (target := related.get(field.name)) is not None:
            name = f'op.f("fk_{table}_{field.column}_{target.table}")'
            items = [name, f'"{target.table}"', f'["{field.column}"]', '["id"]', "postgresql_not_valid=True"]
            up.append(fit("batch_op.create_foreign_key(", items, ")", indent=8))
            down.append(f'        batch_op.drop_constraint({name}, type_="foreignkey")')
    down += [f'        batch_op.drop_column("{field.column}")' for field in reversed(fields)]
    head = f'    with op.batch_alter_table("{table}") as batch_op:'
    add_revision(workspace, first, message, "\n".join([head, *up]) + "\n", "\n".join([head, *down]) + "\n")
    columns = tuple(field.column for field in fields if field.is_indexed)
    if not columns:
        return first, first
    keys = tuple(f"fk_{table}_{field.column}_{related[field.name].table}" for field in fields if field.name in related)
    return first, add_indexes(workspace, table, columns, keys=keys, follows=first.id)


def fit_column(column: str) -> str:
    """`batch_op.add_column(...)`, on one line if it fits."""
    line = f"        batch_op.add_column({column})"
    is_short = "\n" not in column and len(line) <= ROOM
    return line if is_short else f"        batch_op.add_column(\n            {column}\n        )"


def add_indexes(
    workspace: Workspace,
    table: str,
    columns: tuple[str, ...],
    *,
    keys: tuple[str, ...] = (),
    follows: str | None = None,
) -> Revision:
    """Add the migration that builds indexes, which PostgreSQL does beside reads and writes, outside a transaction.

    Each statement can be repeated, so that a migration that failed in between can run again.

    Args:
        workspace: The project's files.
        table: The table.
        columns: An index on each.
        keys: Names of foreign keys to check against the rows that exist.
        follows: The revision that the same recipe has just added.
    """
    message = f"index {table} on {', '.join(columns)}"
    revision = next_revision(workspace, message, follows)
    names = {column: f"ix_{table}_{column}" for column in columns}
    up = [VALIDATE.format(table=table, key=key) for key in keys]
    up += [BUILD.format(drop=dropped(name, table), create=created(name, table, each)) for each, name in names.items()]
    down = [f"    with op.get_context().autocommit_block():\n{dropped(name, table)}\n" for name in names.values()]
    add_revision(workspace, revision, message, "\n".join(up), "\n".join(reversed(down)))
    return revision


def dropped(name: str, table: str) -> str:
    """Drops the index, if a run that failed has left it."""
    items = [f'"{name}"', f'table_name="{table}"', "if_exists=True", "postgresql_concurrently=True"]
    return fit("op.drop_index(", items, ")", indent=8)


def created(name: str, table: str, column: str) -> str:
    """Builds the index."""
    items = [f'"{name}"', f'"{table}"', f'["{column}"]', "unique=False", "postgresql_concurrently=True"]
    return fit("op.create_index(", items, ")", indent=8)


BUILD = """    with op.get_context().autocommit_block():
{drop}
{create}
"""
VALIDATE = """    if op.get_context().dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            op.execute("ALTER TABLE {table} VALIDATE CONSTRAINT {key}")
"""
