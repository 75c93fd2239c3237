"""Sends cached statements to psycopg without compiling them; SQLAlchemy's execution takes as long as the query."""

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Engine

from beastmode.db.driver.prepared import Prepared, Sendable, prepare
from beastmode.db.private_sqlalchemy import has_listeners, prints_statements, raise_as_sqlalchemy

_CURSOR = "beastmode.cursor"
"""The name of the cursor in the pool's entry of a connection."""
_KEPT_ROWS = 100
"""The maximum number of rows that an idle cursor keeps; it holds its last result until it is used again."""

_HARMLESS = frozenset({"isolation_level", "postgresql_readonly", "postgresql_deferrable"})
"""Options of a connection that do not change statements; others may, such as `schema_translate_map`."""


class FastPath:
    """Runs the cached statements of one application, on PostgreSQL, unless something listens to executions.

    A statement is compiled on its first run. A statement that is created for a single request is compiled faster by
    SQLAlchemy, which caches it.
    """

    def __init__(self) -> None:
        self._prepared: WeakKeyDictionary[Sendable, dict[Dialect, Prepared | None]] = WeakKeyDictionary()

    def fetch(self, connection: Connection, statement: Sendable, params: Mapping[str, Any]) -> Sequence[Any] | None:
        """The rows, as tuples; None if SQLAlchemy has to run the statement, which has not been sent then.

        Args:
            connection: The connection.
            statement: The statement.
            params: Values of its parameters.

        Raises:
            DBAPIError: As SQLAlchemy would raise it.
        """
        prepared = self.prepared(connection.dialect, statement)
        if prepared is None or _is_listened_to(connection):
            return None
        values = prepared.values(params)
        if values is None:
            return None
        try:
            return _fetched(connection, prepared.text, values)
        except BaseException as error:
            _refuse(connection, error, prepared.text, values)
            raise

    def prepared(self, dialect: Dialect, statement: Sendable) -> Prepared | None:
        """A statement in the driver's form; None if it needs SQLAlchemy.

        Args:
            dialect: The dialect of the database.
            statement: The statement.
        """
        by_dialect = self._prepared.get(statement)
        if by_dialect is None:
            by_dialect = self._prepared[statement] = {}
        try:
            return by_dialect[dialect]
        except KeyError:
            made = by_dialect[dialect] = prepare(dialect, statement)
            return made


def _fetched(connection: Connection, text: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a statement, with a cursor that the connection keeps: a new one looks up each type again.

    Types have to be registered before the first use, as in a listener to `connect`.
    """
    info = connection.info
    cursor = info.get(_CURSOR)
    if cursor is None:
        driver: Any = connection.connection.dbapi_connection
        cursor = info[_CURSOR] = driver.cursor()
    rows: Sequence[Any] = cursor.execute(text, values).fetchall()
    if len(rows) > _KEPT_ROWS:
        del info[_CURSOR]
    return rows


def _is_listened_to(connection: Connection) -> bool:
    """Whether something counts, traces, prints or changes what is executed, which must still work."""
    if has_listeners(connection) or prints_statements(connection) or listens_to(connection.engine):
        return True
    return not _HARMLESS.issuperset(connection.get_execution_options())


def listens_to(engine: Engine) -> bool:
    """Whether something listens to everything that an engine executes.

    Args:
        engine: The engine.
    """
    listeners: Any = engine.dialect.dispatch
    return bool(has_listeners(engine) or listeners.do_execute or listeners.do_setinputsizes)


def _refuse(connection: Connection, error: BaseException, text: str, values: Mapping[str, Any]) -> None:
    """Raise SQLAlchemy's exception for a driver's error; return if SQLAlchemy would not wrap it.

    It also notifies error listeners, and replaces lost connections.

    Raises:
        DBAPIError: The error is the driver's.
    """
    if isinstance(error, connection.dialect.loaded_dbapi.Error):
        raise_as_sqlalchemy(connection, error, text, values)
    elif not isinstance(error, Exception):
        connection.invalidate(error)  # interrupted in the middle of an answer, as SQLAlchemy sees it
