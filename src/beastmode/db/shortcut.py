"""Selects that are sent to psycopg as they were compiled once; SQLAlchemy's execution takes as long as the query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import ARRAY, Float, Numeric, TypeDecorator, TypeEngine

from beastmode.db.sources import Statement

__all__ = ["Shortcut"]

USES = 3
"""A statement that was run so often is kept by somebody, and worth compiling; one made for a request is not."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as psycopg gets it.

    Args:
        dialect: Whose text it is.
        text: The SQL.
        params: The values that are part of the statement, by name.
    """

    dialect: Dialect
    text: str
    params: Mapping[str, Any]


class Shortcut:
    """Runs selects whose values need no conversion, on PostgreSQL, as long as nobody listens to what is executed."""

    def __init__(self) -> None:
        self._found: WeakKeyDictionary[Statement, Prepared | int] = WeakKeyDictionary()

    def fetch(self, connection: Connection, statement: Statement, params: Mapping[str, Any]) -> Sequence[Any] | None:
        """The rows, as tuples; None where SQLAlchemy has to run the statement.

        Args:
            connection: Reads in autocommit.
            statement: What to run.
            params: Values of its parameters.

        Raises:
            DBAPIError: As SQLAlchemy would raise it. A lost connection gives None: SQLAlchemy will find and replace it.
        """
        prepared = self.prepared(connection.dialect, statement)
        if prepared is None or is_listened_to(connection):
            return None
        driver = connection.connection.dbapi_connection
        assert driver is not None  # noqa: S101 - for mypy: a connection that was checked out has one
        try:
            return driver.execute(prepared.text, {**prepared.params, **params}).fetchall()  # type: ignore[no-any-return]  # psycopg's
        except connection.dialect.loaded_dbapi.Error as error:
            if driver.closed:
                return None
            raise DBAPIError.instance(
                prepared.text, None, error, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect
            ) from error

    def prepared(self, dialect: Dialect, statement: Statement) -> Prepared | None:
        """A statement as the driver gets it; None until it has proved to be kept, or if it needs SQLAlchemy."""
        found = self._found.get(statement, 0)
        if isinstance(found, Prepared):
            return found if found.dialect is dialect else None
        if found < 0:
            return None
        if found < USES:
            self._found[statement] = found + 1
            return None
        made = prepare(dialect, statement)
        self._found[statement] = -1 if made is None else made
        return made


def is_listened_to(connection: Connection) -> bool:
    """Whether somebody counts, traces or prints what is executed, which must go on working."""
    # What SQLAlchemy itself looks at before it tells; to ask for each event's listeners would cost 9 microseconds.
    return bool(connection._has_events or connection.engine._has_events or connection._echo)  # noqa: SLF001 - as above


def prepare(dialect: Dialect, statement: Statement) -> Prepared | None:
    """A statement in the driver's words; None where SQLAlchemy converts values on the way in or out.

    Args:
        dialect: The database's.
        statement: What to compile.
    """
    if (dialect.name, dialect.driver) != ("postgresql", "psycopg"):
        return None
    compiled = statement.compile(dialect=dialect)
    if not isinstance(compiled, SQLCompiler) or compiled.post_compile_params or compiled.literal_execute_params:
        return None
    if compiled.escaped_bind_names or any(converts_in(bind.type, dialect) for bind in compiled.binds.values()):
        return None
    if any(converts_out(column.type, dialect) for column in statement.selected_columns):
        return None
    given = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    return Prepared(dialect, compiled.string, given)


def converts_in(kind: TypeEngine[Any], dialect: Dialect) -> bool:
    return kind.dialect_impl(dialect).bind_processor(dialect) is not None


def converts_out(kind: TypeEngine[Any], dialect: Dialect) -> bool:
    return is_number(kind, dialect) or kind.dialect_impl(dialect).result_processor(dialect, None) is not None


def is_number(kind: TypeEngine[Any], dialect: Dialect) -> bool:
    """Whether SQLAlchemy chooses the conversion by the type that the server names with each result."""
    found = kind.dialect_impl(dialect)
    if isinstance(found, TypeDecorator):
        return is_number(found.impl_instance, dialect)
    if isinstance(found, ARRAY):
        return is_number(found.item_type, dialect)
    return isinstance(found, Numeric | Float)
