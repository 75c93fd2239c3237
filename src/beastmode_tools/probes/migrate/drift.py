"""Where the models and the migrated schema differ, as Alembic's own comparison sees it."""

from __future__ import annotations

from typing import Any

from .promised import lacking

__all__ = ["drift"]


def drift(context: Any, metadata: Any) -> list[dict[str, Any]]:
    """Each difference: {"kind": "add_column", "table", "name", "detail"}; "add" is what the database lacks.

    Args:
        context: Alembic's MigrationContext, set up by the project's env.py.
        metadata: What the models say; None where env.py gives none.
    """
    from alembic.autogenerate import produce_migrations

    if metadata is None:
        return []
    script = produce_migrations(context, metadata)
    differences: list[Any] = []
    for difference in script.upgrade_ops.as_diffs():
        differences.extend(difference if isinstance(difference, list) else [difference])
    found = [shown(one) for one in differences]
    for one in metadata if isinstance(metadata, (list, tuple)) else [metadata]:
        found += lacking(context.connection, one)
    return sorted(found, key=lambda one: (one["kind"], one["table"], one["name"]))


def shown(difference: Any) -> dict[str, Any]:
    """One of Alembic's differences as text; its shape depends on its kind."""
    kind = str(difference[0])
    if kind in ("add_table", "remove_table"):
        table = difference[1]
        return {"kind": kind, "table": full_name(table), "name": "", "detail": ""}
    if kind in ("add_column", "remove_column"):
        column = difference[3]
        table = "{}.{}".format(difference[1], difference[2]) if difference[1] else str(difference[2])
        return {"kind": kind, "table": table, "name": str(column.name), "detail": detail_of(column)}
    if kind.startswith("modify_"):
        table = "{}.{}".format(difference[1], difference[2]) if difference[1] else str(difference[2])
        detail = "{} -> {}".format(text_of(difference[5]), text_of(difference[6]))
        return {"kind": kind, "table": table, "name": str(difference[3]), "detail": detail}
    item = difference[1]
    table = full_name(item.table) if getattr(item, "table", None) is not None else ""
    columns = ", ".join(str(getattr(column, "name", column)) for column in getattr(item, "columns", ()) or ())
    return {"kind": kind, "table": table, "name": str(getattr(item, "name", None) or columns), "detail": columns}


def detail_of(column: Any) -> str:
    """A column's type, and whether rows cannot do without a value that somebody gives."""
    is_required = not column.nullable and column.server_default is None
    return type_of(column.type) + (" NOT NULL" if is_required else "")


def full_name(table: Any) -> str:
    """A table's name, its schema before it where it has one."""
    return str(getattr(table, "fullname", table))


def text_of(value: Any) -> str:
    """A type, a default or a truth as text."""
    if value is None or isinstance(value, (bool, str)):
        return str(value)
    return str(getattr(value, "arg", None) or type_of(value))


def type_of(kind: Any) -> str:
    """A type as SQL; its name where it needs to know the database."""
    try:
        return str(kind)
    except Exception:
        return type(kind).__name__
