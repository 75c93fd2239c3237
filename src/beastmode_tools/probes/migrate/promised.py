"""What the models promise and Alembic's comparison does not look at: checks, and the values of enums."""

from __future__ import annotations

import re
from typing import Any, Iterator

from .schema import rows

__all__ = ["lacking"]

LABELS = "SELECT t.typname, e.enumlabel FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid"
CAST = re.compile(r"::[a-z ]+(?:\[\])?(?:\(\d+\))?")
NOISE = re.compile(r"[\s()\"`]+")


def lacking(connection: Any, metadata: Any) -> Iterator[dict[str, Any]]:
    """Each thing that the database lacks, as `drift` tells it; tables that are not there are told by Alembic.

    Args:
        connection: To the scratch database.
        metadata: What the models say.
    """
    from sqlalchemy import inspect

    inspector = inspect(connection)
    labels = labels_of(connection)
    for table in metadata.tables.values():
        if not inspector.has_table(table.name, schema=table.schema):
            continue
        checks = checks_of(inspector, table)
        yield from values_lacking(connection, table, labels, checks)
        yield from checks_lacking(connection, table, checks)


def labels_of(connection: Any) -> dict[str, set[str]]:
    """The values of each enum type; only PostgreSQL has such types."""
    found: dict[str, set[str]] = {}
    if connection.dialect.name == "postgresql":
        for name, label in rows(connection, LABELS):
            found.setdefault(name, set()).add(label)
    return found


def checks_of(inspector: Any, table: Any) -> list[dict[str, Any]]:
    """The checks of a table in the database."""
    try:
        return list(inspector.get_check_constraints(table.name, schema=table.schema))
    except NotImplementedError:
        return []


def values_lacking(
    connection: Any, table: Any, labels: dict[str, set[str]], checks: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Values of enums that the models use and the database refuses."""
    for column in table.columns:
        kind = getattr(column.type, "impl", column.type)
        values = list(getattr(kind, "enums", None) or ())
        name = getattr(kind, "name", None)
        is_native = connection.dialect.name == "postgresql" and getattr(kind, "native_enum", True)
        if is_native and name in labels:
            yield from (told("add_enum_value", name, value) for value in values if value not in labels[name])
        elif values and not is_native:
            listed = [str(one["sqltext"]) for one in checks if lists(one, column.name)]
            missing = [value for value in values if listed and not any(quoted(value) in text for text in listed)]
            yield from (told("add_enum_value", table.fullname, column.name, value) for value in missing)


def lists(check: dict[str, Any], column: str) -> bool:
    """Whether a check lists the values of a column."""
    text = str(check["sqltext"])
    return bool(re.search(r"\b{}\b.*(\bIN\b|\bANY\b)".format(re.escape(column)), text, re.IGNORECASE | re.DOTALL))


def checks_lacking(connection: Any, table: Any, checks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Checks of the models of which the database has none of that name, text or columns."""
    names = {str(one.get("name") or "") for one in checks}
    texts = {bare(str(one["sqltext"])) for one in checks}
    wanted = [one for one in table.constraints if hasattr(one, "sqltext") and not getattr(one, "_type_bound", False)]
    known = {name_of(connection, one) for one in wanted}
    others = [columns_in(str(one["sqltext"]), table) for one in checks if str(one.get("name") or "") not in known]
    for check in sorted(wanted, key=lambda one: (name_of(connection, one), str(one.sqltext))):
        name, text = name_of(connection, check), str(check.sqltext)
        if (name and name in names) or bare(text) in texts or columns_in(text, table) in others:
            continue
        yield told("add_check", table.fullname, name or ", ".join(sorted(columns_in(text, table))), text)


def name_of(connection: Any, check: Any) -> str:
    """The name that the check has in the database, by the models' convention; "" for none."""
    try:
        return str(connection.dialect.identifier_preparer.format_constraint(check) or "").strip('"`')
    except Exception:
        return ""  # a convention that needs what this check does not have


def columns_in(text: str, table: Any) -> frozenset[str]:
    """The columns that a condition names."""
    words = set(re.findall(r"\w+", re.sub(r"'[^']*'", "", text)))
    return frozenset(column.name for column in table.columns if column.name in words)


def bare(text: str) -> str:
    """A condition without what each database adds to it."""
    return NOISE.sub("", CAST.sub("", text.lower()))


def quoted(value: str) -> str:
    """A text as it stands in SQL."""
    return "'{}'".format(value.replace("'", "''"))


def told(kind: str, table: str, name: str, detail: str = "") -> dict[str, Any]:
    """A difference as `drift` tells it."""
    return {"kind": kind, "table": table, "name": name, "detail": detail}
