"""What an expression of a migration stands for, as far as reading tells."""

import ast
from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.guard.migrations.compare.operations import EnumType

__all__ = [
    "DIALECTS",
    "Dotted",
    "EnumClass",
    "EnumMember",
    "Function",
    "Handle",
    "Method",
    "Model",
    "Partial",
    "Rows",
    "Scope",
    "SqlExpression",
    "SqlText",
    "Statement",
    "TableValue",
    "Test",
    "TypeValue",
    "Unknown",
    "is_known",
]

# What "every dialect but this one" means.
DIALECTS = frozenset({"postgresql", "sqlite", "mysql", "mariadb", "mssql", "oracle"})


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that reading does not give; `touches`: a handle of the database went into it."""

    source: str
    touches: bool = False


class Partial(str):
    """A text of which some parts are not known; they read `UNKNOWN`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Dotted:
    """A name that was imported: `sqlalchemy.Column`."""

    name: str


@dataclass(frozen=True, slots=True)
class Handle:
    """Something that reaches the database, by its kind: "op", "batch", "connection", "session", "dialect name"..."""

    kind: str
    table: str | None = None
    autocommit: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """An attribute of a value, not called yet."""

    owner: Any
    name: str


@dataclass(frozen=True, slots=True)
class SqlText:
    """`text("...")`."""

    sql: str


@dataclass(frozen=True, slots=True)
class SqlExpression:
    """An expression of SQLAlchemy as far as a default or a condition needs it: SQL, or source where that is all."""

    sql: str


@dataclass(frozen=True, slots=True)
class TypeValue:
    """A type of SQLAlchemy: SQL text, and the enum where it is one."""

    text: str
    enum: EnumType | None = None


@dataclass(frozen=True, slots=True)
class TableValue:
    """`sa.table(...)` or `sa.Table(...)`; `columns` are `Column` values."""

    name: str
    columns: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A mapped class, declared in the migration or imported."""

    table: str


@dataclass(frozen=True, slots=True)
class Statement:
    """An UPDATE, DELETE, INSERT or SELECT that is being built, or a query of the ORM ("query")."""

    kind: str
    table: str
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    where: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a query, or one of them: writing its attributes writes the table."""

    table: str


@dataclass(frozen=True, slots=True)
class EnumMember:
    """A member of an enum."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class EnumClass:
    """An enum that the migration declares."""

    name: str
    members: tuple[EnumMember, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """A condition: the dialects on which it holds (None: all), and the source of what is not known of it."""

    dialects: frozenset[str] | None = None
    text: str = ""

    def negated(self) -> "Test":
        """The opposite; of a mixed one only the source is kept."""
        if self.dialects is not None and not self.text:
            return Test(DIALECTS - self.dialects)
        return Test(None, f"not ({self.text})")


@dataclass(slots=True)
class Scope:
    """Names of a module or of a call of a function."""

    names: dict[str, Any] = field(default_factory=dict)
    parent: "Scope | None" = None

    def find(self, name: str) -> Any:
        """The value of a name; `Unknown` where it has none here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return Unknown(name)


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function or lambda that the migration, or a module beside it, declares."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    path: str
    name: str


def is_known(value: Any) -> bool:
    """Whether a value is a plain one of Python, whole."""
    if isinstance(value, list | tuple | set):
        return all(is_known(item) for item in value)
    if isinstance(value, dict):
        return all(is_known(item) for pair in value.items() for item in pair)
    return value is None or (isinstance(value, str | int | float | bool | bytes) and not isinstance(value, Partial))
