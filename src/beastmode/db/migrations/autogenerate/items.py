"""The code of types, defaults and checks in a revision."""

import re
from collections.abc import Callable
from typing import Any

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import CheckConstraint, Computed, DefaultClause, Enum, False_, True_
from sqlalchemy.sql import functions
from sqlalchemy.sql.elements import ClauseElement

from beastmode.db.base import UtcDateTime
from beastmode.db.migrations.autogenerate.enum_types import enum_of
from beastmode.db.migrations.autogenerate.expressions import in_text, sql_of
from beastmode.db.private_sqlalchemy import belongs_to_type, types_by_database

_PORTABLE_DEFAULTS: dict[type, str] = {functions.now: "sa.func.now()", True_: "sa.true()", False_: "sa.false()"}
_CONSTANT = re.compile(r"^(\d+(\.\d+)?|'([^']|'')*'|\(.*\)|true|false|null|current_\w+)$", re.IGNORECASE | re.DOTALL)


def render_item(kind: str, item: Any, context: AutogenContext) -> str | bool:
    """The code of a type, default or check in a revision; False to leave it to Alembic.

    A migration must still work when the library's own types change, and what was generated on one database must also
    work on the other.
    """
    render = _RENDERERS.get(kind)
    return render(item, context) if render else False


def _type_said(item: Any, context: AutogenContext) -> str | bool:
    """A type; an enum does not create its own type, because the revision does that once."""
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Enum) and (enum := enum_of(item)) and not types_by_database(item):
        context.imports.add("from sqlalchemy.dialects import postgresql")
        schema = f", schema={enum.schema!r}" if enum.schema else ""
        labels = ", ".join(map(repr, enum.labels))
        return f"postgresql.ENUM({labels}, name={enum.name!r}{schema}, create_type=False)"
    if isinstance(item, Enum) and not item.native_enum and item.create_constraint:
        labels = ", ".join(map(repr, item.enums))  # its check is said by itself
        return f"sa.Enum({labels}, name={item.name!r}, native_enum=False, length={item.length})"
    return False


def _default_said(item: Any, context: AutogenContext) -> str | bool:
    """A server default."""
    if isinstance(item, Computed):
        persisted = f", persisted={item.persisted}" if item.persisted is not None else ""
        return f"sa.Computed({in_text(_said(item.sqltext, context))!r}{persisted})"
    argument = item.arg if isinstance(item, DefaultClause) else None
    if type(argument) in _PORTABLE_DEFAULTS:
        return _PORTABLE_DEFAULTS[type(argument)]
    if isinstance(argument, ClauseElement):
        sql = _said(argument, context)
        return f"sa.text({in_text(sql if _CONSTANT.match(sql) else f'({sql})')!r})"
    return False


def _check_said(item: CheckConstraint, context: AutogenContext) -> str | bool:
    """A check; False if a type creates it, which Alembic handles."""
    if belongs_to_type(item):
        return False
    name = f", name=op.f({str(item.name)!r})" if item.name else ""
    return f"sa.CheckConstraint({in_text(_said(item.sqltext, context))!r}{name})"


def _said(expression: ClauseElement, context: AutogenContext) -> str:
    """SQL for both databases."""
    return sql_of(expression, context.migration_context.dialect)


_RENDERERS: dict[str, Callable[[Any, AutogenContext], str | bool]] = {
    "type": _type_said,
    "server_default": _default_said,
    "check": _check_said,
}
