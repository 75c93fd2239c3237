"""What calls of SQLAlchemy and Alembic make, by the name that was imported."""

import ast
import sys
from typing import Any

from beastmode_tools.guard.migrations.compare.operations import Column
from beastmode_tools.guard.migrations.compare.parts import UNKNOWN
from beastmode_tools.guard.migrations.read.columns import column_of, constraint_of, default_of, type_of, with_schema
from beastmode_tools.guard.migrations.read.connections import table_name
from beastmode_tools.guard.migrations.read.reading import one_line
from beastmode_tools.guard.migrations.read.values import (
    Dotted,
    Handle,
    Partial,
    SqlExpression,
    SqlText,
    Statement,
    TableValue,
    Unknown,
)

__all__ = ["BENIGN", "construct"]

# Packages whose functions take a connection without changing anything.
BENIGN = frozenset(sys.stdlib_module_names | {"sqlalchemy", "alembic", "flask", "tqdm", "structlog", "loguru", "click"})
TYPE_MODULES = ("sqlalchemy", "sqlalchemy_utils", "geoalchemy2", "citext", "pgvector", "sqlmodel", "flask_sqlalchemy")
NOT_TYPES = {"Column", "Table", "MetaData", "ForeignKey", "Index", "Sequence", "Identity", "Computed", "DDL"}


def construct(name: str, arguments: list[Any], options: dict[str, Any], node: ast.Call) -> Any:  # noqa: PLR0911 - one line for each family
    """The value that a call makes; None where the name is not known here."""
    root, last = name.partition(".")[0], name.rpartition(".")[2]
    if name.startswith("alembic.op."):
        return None
    if root == "alembic":
        return Handle("context") if last in {"get_context", "get_bind", "configure"} else Unknown(one_line(node))
    if last in {"Column", "column"} and root in {"sqlalchemy", "sqlmodel"}:
        return column_of(arguments, options, source_of_keyword(node, "default"))
    if root in TYPE_MODULES:
        made = expression(last, arguments, options, node)
        if made is not None:
            return made
        if last[:1].isupper() and last not in NOT_TYPES:
            return type_of(last, arguments, options)
        return SqlExpression(sql_call(name, arguments, node))
    return plain(name, arguments)


def source_of_keyword(node: ast.Call, name: str) -> str | None:
    """Source of a keyword's value."""
    return next((one_line(each.value) for each in node.keywords if each.arg == name), None)


def expression(  # noqa: C901, PLR0911 - one line for each construct
    last: str, arguments: list[Any], options: dict[str, Any], node: ast.Call
) -> Any:
    """Tables, statements, texts, sessions, constraints of SQLAlchemy; None for a type or a function."""
    first = arguments[0] if arguments else options.get("text")
    if last == "text":
        return SqlText(first) if isinstance(first, str) else Unknown(one_line(node), touches=True)
    if last in {"table", "Table"}:
        columns = tuple(each for each in arguments if isinstance(each, Column))
        return TableValue(with_schema(first, options.get("schema")) or "?", columns)
    if last in {"update", "delete", "insert", "select"}:
        return Statement(last, table_name(first), source=one_line(node))
    if last in {"Session", "sessionmaker", "scoped_session", "AsyncSession"}:
        return Handle("session")
    if last in {"Identity", "Sequence"}:
        return Handle("identity", first if isinstance(first, str) else None)
    if last in DDL:
        return ddl_text(last, first, node)
    if last == "Computed":
        return Handle("computed")
    if last in {"MetaData", "Index", "inspect", "Inspector", "from_engine", "registry", "declarative_base"}:
        return Unknown(one_line(node))
    if last == "DDL":
        return SqlText(first) if isinstance(first, str) else Unknown(one_line(node), touches=True)
    if last == "automap_base":
        return Unknown(one_line(node))
    return constraint_of(last, arguments, options)


DDL = {
    "CreateSequence": "CREATE SEQUENCE",
    "DropSequence": "DROP SEQUENCE",
    "CreateSchema": "CREATE SCHEMA",
    "DropSchema": "DROP SCHEMA",
    "DropTable": "DROP TABLE",
}


def ddl_text(last: str, subject: Any, node: ast.Call) -> Any:
    """`CreateSchema("shop")` and its like as SQL."""
    name = subject if isinstance(subject, str) else getattr(subject, "table", None) or getattr(subject, "name", None)
    return SqlText(f"{DDL[last]} {name}") if isinstance(name, str) else Unknown(one_line(node), touches=True)


def sql_call(name: str, arguments: list[Any], node: ast.Call) -> str:
    """A function of SQL: `sa.func.now()`, `sa.true()`."""
    last = name.rpartition(".")[2]
    if last in {"true", "false", "null"}:
        return last
    if ".func." in name:
        return f"{last}({', '.join(default_of(each) or 'null' for each in arguments)})"
    if last == "literal_column" and arguments and isinstance(arguments[0], str):
        return arguments[0]
    return one_line(node)


def plain(name: str, arguments: list[Any]) -> Any:  # noqa: PLR0911 - one line for each function
    """Functions of the standard library that texts of migrations are made with."""
    first = arguments[0] if arguments else None
    if name in {"textwrap.dedent", "inspect.cleandoc"} and isinstance(first, str):
        return first
    if name in {"functools.wraps", "functools.partial"}:
        return first if name.endswith("partial") else Dotted("functools.identity")
    if name == "importlib.import_module" and isinstance(first, str):
        return Dotted(first)
    if name == "functools.identity":
        return first
    if name == "contextlib.suppress":
        return Handle("suppress")
    if name in {"uuid.uuid4", "secrets.token_hex", "datetime.datetime.utcnow", "datetime.datetime.now"}:
        return Partial(UNKNOWN)
    return None
