"""The mapped classes and their tables, as the models have them."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any

from ..messages.application import MappedClass
from . import living, sources

__all__ = ["mapped", "mapped_metadatas", "mappers", "metadatas", "tables"]

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def mappers() -> list[Any]:
    """Every mapper of the process, sorted; a mapping that cannot be configured raises, as it would on first use."""
    if "sqlalchemy.orm" not in sys.modules:
        return []
    import sqlalchemy.orm

    sqlalchemy.orm.configure_mappers()
    mapperlib: Any = vars(sqlalchemy.orm)["mapperlib"]
    if hasattr(mapperlib, "_all_registries"):  # private, and there since 1.4
        found = {mapper for registry in mapperlib._all_registries() for mapper in registry.mappers}
    else:
        found = set(mapperlib._mapper_registry)
    return sorted(found, key=lambda mapper: (mapper.class_.__module__, mapper.class_.__qualname__))


def mapped() -> tuple[MappedClass, ...]:
    """The mapped classes."""
    return tuple(
        MappedClass(
            name=mapper.class_.__qualname__,
            module=mapper.class_.__module__,
            path=path_of(mapper.class_),
            table=str(getattr(mapper.local_table, "fullname", mapper.local_table)),
            columns=tuple(sorted({column.name for column in mapper.columns if hasattr(column, "name")})),
        )
        for mapper in mappers()
    )


def path_of(kind: type) -> str | None:
    """The file of a class of the project."""
    module = sys.modules.get(kind.__module__)
    path = getattr(module, "__file__", None)
    return sources.relative(path) if path else None


def metadatas() -> list[Any]:
    """Every `MetaData` with tables, those of mapped classes first."""
    if "sqlalchemy" not in sys.modules:
        return []
    import sqlalchemy

    found = {
        id(mapper.local_table.metadata): mapper.local_table.metadata
        for mapper in mappers()
        if hasattr(mapper.local_table, "metadata")
    }
    for one in living.instances(sqlalchemy.MetaData):
        found.setdefault(id(one), one)
    return [one for one in found.values() if one.tables]


def mapped_metadatas() -> list[Any]:
    """Every `MetaData` of the main database that classes of imported modules are mapped to.

    Classes in revisions are none of them: Alembic runs those files without importing them as modules.
    """
    found = {}
    for mapper in mappers():
        metadata = getattr(mapper.local_table, "metadata", None)
        if metadata is not None and mapper.class_.__module__ in sys.modules and not metadata.info.get("bind_key"):
            found[id(metadata)] = metadata
    return list(found.values())


def tables() -> dict[str, Any]:
    """The models' tables."""
    return {name: table(one) for metadata in metadatas() for name, one in sorted(metadata.tables.items())}


def table(one: Any) -> dict[str, Any]:
    """One table."""
    return {
        "columns": {column.name: column_fact(column) for column in one.columns},
        "constraints": sorted(constraint(each) for each in one.constraints),
        "indexes": sorted(index(each) for each in one.indexes),
    }


def column_fact(column: Any) -> dict[str, Any]:
    """One column."""
    server = getattr(column.server_default, "arg", None)
    return {
        "type": ADDRESS.sub("", repr(column.type)),
        "nullable": bool(column.nullable),
        "default": default(column.default),
        "server_default": None if server is None else str(getattr(server, "text", server)),
        "primary_key": bool(column.primary_key),
    }


def default(value: Any) -> Any:
    """A column's default: its value, or the name of what makes it."""
    argument = getattr(value, "arg", value)
    if argument is None or isinstance(argument, (bool, int, float, str)):
        return argument
    if callable(argument):
        inner = inspect.unwrap(argument)
        return "{}()".format(getattr(inner, "__qualname__", type(inner).__name__))
    return ADDRESS.sub("", str(argument))


def constraint(one: Any) -> str:
    """A constraint in words that are the same in every run."""
    kind = type(one).__name__
    columns = ", ".join(sorted(column.name for column in getattr(one, "columns", ())))
    more = ""
    if kind == "ForeignKeyConstraint":
        more = " -> {}{}".format(
            ", ".join(sorted(element.target_fullname for element in one.elements)),
            f" on delete {one.ondelete}" if one.ondelete else "",
        )
    if kind == "CheckConstraint":
        more = f" {one.sqltext}"
    return "{}({}){}{}".format(kind, columns, more, f" named {one.name}" if one.name else "")


def index(one: Any) -> str:
    """An index in words."""
    return "{}{}({})".format(
        "unique " if one.unique else "", one.name, ", ".join(str(each) for each in one.expressions)
    )
