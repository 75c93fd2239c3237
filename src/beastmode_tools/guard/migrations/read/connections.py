"""Connections, sessions, and the statements that are built with SQLAlchemy."""

import ast
from dataclasses import replace
from typing import Any

from beastmode_tools.guard.migrations.compare.operations import ExecuteSql, SqlKind, TransactionControl
from beastmode_tools.guard.migrations.read.reading import Reading, one_line
from beastmode_tools.guard.migrations.read.values import (
    Dotted,
    Handle,
    Method,
    Model,
    Rows,
    SqlExpression,
    SqlText,
    Statement,
    TableValue,
    Test,
    Unknown,
)

__all__ = ["call_connection", "call_statement", "table_name"]

RUNS = {"execute", "exec_driver_sql", "scalar", "scalars", "executemany", "run_sync"}
WRITES = {"add", "add_all", "merge", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"}
READS = {"get", "get_one"}
STARTS = {"update", "delete", "insert", "select"}
FILTERS = {"where", "filter", "filter_by"}
ENDS = {"all", "first", "one", "one_or_none", "yield_per", "scalar", "count", "fetchall", "fetchone", "get", "scalars"}


def table_name(value: Any) -> str:
    """The table that a statement is about: a table, a model, or a column of one."""
    if isinstance(value, TableValue):
        return value.name
    if isinstance(value, Model | Rows):
        return value.table
    if isinstance(value, Method):
        return table_name(value.owner)
    if isinstance(value, Dotted):
        return value.name.rpartition(".")[2]
    return value if isinstance(value, str) else "?"


def call_connection(  # noqa: C901, PLR0911 - one line for each kind of method
    reading: Reading, callee: Method, arguments: list[Any], options: dict[str, Any], node: ast.Call
) -> Any:
    """A method of a connection, session, context or dialect."""
    handle, name = callee.owner, callee.name
    if name in RUNS and handle.kind in {"connection", "session", "context"}:
        value = arguments[0] if arguments else options.get("statement")
        reading.execute(node, value, handle)
        return Rows(value.table if isinstance(value, Statement) else "")
    if name == "query":
        return Statement("query", table_name(arguments[0]) if arguments else "?", source=one_line(node))
    if name in WRITES and handle.kind == "session":
        table = table_name(arguments[0]) if arguments and isinstance(arguments[0], Model | Rows | Dotted) else "?"
        kind: SqlKind = "update" if name == "bulk_update_mappings" else "insert"
        reading.emit(
            ExecuteSql(
                place=reading.place(node, handle), sql=one_line(node), kind=kind, tables=(table,), has_where=True
            )
        )
        return None
    if name == "delete" and handle.kind == "session":
        table = table_name(arguments[0]) if arguments else "?"
        place = reading.place(node, handle)
        reading.emit(ExecuteSql(place=place, sql=one_line(node), kind="delete", tables=(table,), has_where=True))
        return None
    if name in {"commit", "rollback"}:
        reading.emit(TransactionControl(place=reading.place(node, handle), command=name.upper()))
        return None
    if name == "execution_options":
        autocommit = str(options.get("isolation_level", "")).upper() == "AUTOCOMMIT"
        return replace(handle, autocommit=handle.autocommit or autocommit)
    if name in READS:
        return Rows(table_name(arguments[0]) if arguments else "")
    if name in {"autocommit_block", "begin_transaction", "begin", "begin_nested", "connect", "get_bind", "connection"}:
        return Handle("autocommit" if name == "autocommit_block" else "connection", autocommit=handle.autocommit)
    if handle.kind == "dialect name":
        return dialect_text(name, arguments, node)
    if name in {"has_table", "get_table_names", "get_columns", "get_indexes", "is_offline_mode", "as_sql"}:
        return Unknown(one_line(node))
    return Unknown(one_line(node), touches=True)


def dialect_text(name: str, arguments: list[Any], node: ast.Call) -> Any:
    """`url.startswith("sqlite")`, `dialect.lower()`."""
    if name in {"startswith", "endswith", "__contains__"} and arguments and isinstance(arguments[0], str):
        word = arguments[0].lower().split("+")[0].split(":")[0]
        return Test(frozenset({"postgresql" if word.startswith("postgres") else word}))
    return (
        Handle("dialect name")
        if name in {"lower", "strip", "get_backend_name", "get_dialect"}
        else Unknown(one_line(node))
    )


def call_statement(  # noqa: PLR0911 - one line for each kind of method
    reading: Reading, callee: Method, arguments: list[Any], options: dict[str, Any], node: ast.Call
) -> Any:
    """A statement that grows, call by call; of a query the last call runs it."""
    owner, name = callee.owner, callee.name
    if isinstance(owner, TableValue | Model):
        if name in STARTS:
            return Statement(name, owner.name if isinstance(owner, TableValue) else owner.table, source=one_line(node))
        if name == "query":
            return Statement("query", table_name(owner), source=one_line(node))
        return SqlExpression(one_line(node))
    source = one_line(node)
    if name in FILTERS:
        conditions = [one_line(each) for each in node.args] + [
            f"{each.arg} = {one_line(each.value)}" for each in node.keywords
        ]
        where = " AND ".join(part for part in (owner.where, *conditions) if part)
        return replace(owner, where=where, source=source)
    if owner.kind == "query" and name in {"update", "delete"}:
        columns, values = written(arguments, options)
        statement = replace(owner, kind=name, columns=columns, values=values, source=source)
        reading.execute(node, statement)
        return None
    if name == "values":
        columns, values = written(arguments, options)
        return replace(owner, columns=owner.columns + columns, values=owner.values + values, source=source)
    if name in ENDS:
        return Rows(owner.table)
    return replace(owner, source=source)


def written(arguments: list[Any], options: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that `.values(...)` or `.update({...})` writes, and their values."""
    given = dict(options)
    given.pop("synchronize_session", None)
    if arguments and isinstance(arguments[0], dict):
        given = {**arguments[0], **given}
    columns = tuple(key if isinstance(key, str) else getattr(key, "name", "").removeprefix("c.") for key in given)
    return columns, tuple(shown(value) for value in given.values())


def shown(value: Any) -> str:
    """A value as a person would read it."""
    if isinstance(value, SqlText | SqlExpression):
        return value.sql
    if isinstance(value, Unknown):
        return value.source
    return repr(value) if isinstance(value, str) else str(value)
