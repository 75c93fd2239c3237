"""Identity columns of PostgreSQL."""

from typing import Any

from sqlalchemy import Column, DefaultClause, Identity

from beastmode.db.migrations.autogenerate.code import CodeOp, OnlineOp, name_sql, on_postgresql, statement
from beastmode.db.migrations.autogenerate.comparison import Comparison
from beastmode.db.migrations.autogenerate.expressions import plain
from beastmode.db.migrations.autogenerate.requirements import AllowOp, forbid_null

_USUAL = {"always": False, "start": 1, "increment": 1, "cycle": False, "cache": 1, "minvalue": None, "maxvalue": None}
"""PostgreSQL's defaults for the options of an identity; None if the default depends on the type."""


def compare_identities(comparison: Comparison) -> None:
    """Add, change and drop identities of existing columns."""
    for column, there in list(comparison.columns_there()):
        new, old = column.server_default, there.server_default
        _compare_null(comparison, column, there)
        if not comparison.is_postgresql:
            continue
        if isinstance(new, Identity) and isinstance(old, Identity):
            if _options_of(new, old) != _options_of(old, old):
                comparison.upgrade.ops.append(_change(column, new, old))
        elif isinstance(new, Identity) and isinstance(old, DefaultClause):
            comparison.remarks.append(
                f"{_name_of(column)} becomes an identity and has a default: drop the default and its sequence, add the "
                "identity, and set it to the highest value, with op.execute()."
            )
        elif isinstance(new, Identity):
            comparison.upgrade.ops.append(_addition(column, new, OnlineOp if there.nullable else CodeOp))
            _tell_start(comparison, column, new)
        elif isinstance(old, Identity):
            comparison.upgrade.ops.insert(0, _addition(column, old).reverse())  # or no default could take its place


def _compare_null(comparison: Comparison, column: Column[Any], there: Column[Any]) -> None:
    """Forbid NULL before an identity is added, and allow it after one is dropped, which Alembic ignores."""
    if isinstance(column.server_default, Identity):
        if there.nullable and not column.nullable:
            forbid_null(comparison, column)
    elif isinstance(there.server_default, Identity) and column.nullable:
        comparison.upgrade.ops.append(AllowOp(column, None))


def _name_of(column: Column[Any]) -> str:
    """The names of the table and the column."""
    return f"{column.table.name}.{column.name}"


def _options_of(identity: Identity, otherwise: Identity) -> dict[str, Any]:
    """The options of an identity; unset ones are taken from the other identity."""
    options = {}
    for name, default in _USUAL.items():
        value = getattr(identity, name)
        usual = default if default is not None else getattr(otherwise, name)
        options[name] = usual if value is None else value
    return options


def _altering(column: Column[Any]) -> str:
    """The beginning of every statement."""
    return f"ALTER TABLE {name_sql(column.table.name, column.table.schema)} ALTER COLUMN {name_sql(column.name)}"


def _addition(column: Column[Any], identity: Identity, kind: type[CodeOp] = CodeOp) -> CodeOp:
    """Adds an identity; as OnlineOp after the operation that forbids NULL."""
    compiler: Any = plain("postgresql").ddl_compiler
    said = compiler(plain("postgresql"), None).visit_identity_column(identity)
    add = on_postgresql(statement(f"{_altering(column)} ADD {said}"))
    drop = on_postgresql(statement(f"{_altering(column)} DROP IDENTITY"))
    return kind("add_identity", _name_of(column), add, drop)


def _change(column: Column[Any], new: Identity, old: Identity) -> CodeOp:
    """Changes the options of an identity; the downgrade restores them."""
    wanted, before = _options_of(new, old), _options_of(old, old)
    names = [name for name in wanted if wanted[name] != before[name]]
    up, down = (" ".join(_setting(name, options[name]) for name in names) for options in (wanted, before))
    target = _altering(column)
    return CodeOp(
        "change_identity",
        _name_of(column),
        on_postgresql(statement(f"{target} {up}")),
        on_postgresql(statement(f"{target} {down}")),
    )


def _setting(name: str, value: Any) -> str:
    """One option as SQL."""
    if name == "always":
        return f"SET GENERATED {'ALWAYS' if value else 'BY DEFAULT'}"
    if name == "cycle":
        return f"SET {'' if value else 'NO '}CYCLE"
    words = {"start": "START WITH", "increment": "INCREMENT BY", "minvalue": "MINVALUE", "maxvalue": "MAXVALUE"}
    return f"SET {words.get(name, 'CACHE')} {value}"


def _tell_start(comparison: Comparison, column: Column[Any], identity: Identity) -> None:
    """Report that the identity does not know about existing numbers."""
    table, name = column.table.name, column.name
    greatest = f"SELECT setval(pg_get_serial_sequence('{table}', '{name}'), max({name})) FROM {table}"  # noqa: S608 - for a person to read
    comparison.remarks.append(
        f"{table}.{name} becomes an identity that starts at {identity.start or 1}: if the table has rows, add "
        f'op.execute("{greatest}").'
    )
