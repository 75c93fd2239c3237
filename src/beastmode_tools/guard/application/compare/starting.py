"""What became of starting the application on both sides."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.probes.messages.application import Application
from beastmode_tools.source.digest import digest

__all__ = ["ModelsChanged", "NotStarted", "StartsMigrating", "compare"]


@dataclass(frozen=True, slots=True)
class NotStarted:
    """An application that did not start.

    Args:
        sides: "base", "work", or "both".
        message: How it ended, in one line.
        reason: "error", "timeout", "memory", "exit" or "refused".
        detail: The last lines that it wrote.
    """

    sides: str
    message: str
    reason: str
    detail: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class StartsMigrating:
    """An application that changes its schema while it starts, and did not before.

    Args:
        calls: What it calls.
    """

    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelsChanged:
    """Models whose tables differ between the sides, while no revision came along.

    Args:
        tables: Their names, sorted.
        has_migrations: The project has an Alembic folder at all.
        content: A digest of what a database knows of these tables on both sides.
    """

    tables: tuple[str, ...]
    has_migrations: bool
    content: str = ""


def compare(
    old: Application | None, new: Application | None, *, has_new_revision: bool, has_migrations: bool
) -> Iterator[StartsMigrating | ModelsChanged]:
    """What differs in how the sides start and in the tables that they expect.

    Args:
        old: The base side, if it started.
        new: The work side, if it started.
        has_new_revision: Migrations came with the change.
        has_migrations: The project has an Alembic folder.
    """
    if old is None or new is None:
        return
    before = {without_line(call) for call in old.boot_migrates}
    added = tuple(call for call in new.boot_migrates if without_line(call) not in before)
    if added:
        yield StartsMigrating(added)
    if not has_new_revision and (tables := differing(old.tables, new.tables)):
        shapes = [(shape(old.tables.get(name)), shape(new.tables.get(name))) for name in tables]
        yield ModelsChanged(tables, has_migrations, digest(shapes))


def without_line(call: str) -> str:
    """A call and its file, which stay the same when lines above it move."""
    return re.sub(r":\d+\)$", ")", call)


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of tables that are only on one side, or whose columns differ in what a database knows of them."""
    return tuple(name for name in sorted({*old, *new}) if shape(old.get(name)) != shape(new.get(name)))


def shape(table: Any) -> Any:
    """What a database knows of a table's columns: Python's own defaults are not among it."""
    if not isinstance(table, Mapping):
        return None
    columns = table.get("columns", {})
    known = ("type", "nullable", "server_default", "primary_key")
    return {name: {key: column.get(key) for key in known} for name, column in columns.items()}
