"""Sends kept statements to psycopg as they were compiled once; SQLAlchemy's execution takes as long as the query."""

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Engine

from beastmode.db.driver.prepared import Prepared, Sendable, prepare

__all__ = ["FastPath", "listens_to"]

CURSOR = "beastmode.cursor"
"""What the pool's entry of a connection calls its cursor."""
KEPT_ROWS = 100
"""The most rows that an idle cursor may hold on to; it keeps its last result until it is used again."""

HARMLESS = frozenset({"isolation_level", "postgresql_readonly", "postgresql_deferrable"})
"""Options of a connection that change no statement; another might, as `schema_translate_map` does."""


class FastPath:
    """Runs the kept statements of one application, on PostgreSQL, as long as nobody listens to what is executed.

    A statement is compiled on its first run. One that is made for a single request is compiled sooner by SQLAlchemy,
    which recognizes it.
    """

    def __init__(self) -> None:
        self._prepared: WeakKeyDictionary[Sendable, dict[Dialect, Prepared | None]] = WeakKeyDictionary()

    def fetch(self, connection: Connection, statement: Sendable, params: Mapping[str, Any]) -> Sequence[Any] | None:
        """The rows, as tuples; None where SQLAlchemy has to run the statement, which was not sent then.

        Args:
            connection: To run it on.
            statement: What to run.
            params: Values of its parameters.

        Raises:
            DBAPIError: As SQLAlchemy would raise it.
        """
        prepared = self.prepared(connection.dialect, statement)
        if prepared is None or is_listened_to(connection):
            return None
        values = prepared.values(params)
        if values is None:
            return None
        try:
            return fetched(connection, prepared.text, values)
        except BaseException as error:
            refuse(connection, error, prepared.text, values)
            raise

    def prepared(self, dialect: Dialect, statement: Sendable) -> Prepared | None:
        """A statement as the driver gets it; None if it needs SQLAlchemy.

        Args:
            dialect: The database's.
            statement: What is kept.
        """
        by_dialect = self._prepared.get(statement)
        if by_dialect is None:
            by_dialect = self._prepared[statement] = {}
        try:
            return by_dialect[dialect]
        except KeyError:
            made = by_dialect[dialect] = prepare(dialect, statement)
            return made


def fetched(connection: Connection, text: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a statement, by a cursor that the connection keeps: a new one finds out about each type anew.

    Types have to be registered before the first use, as in a listener to `connect`.
    """
    info = connection.info
    cursor = info.get(CURSOR)
    if cursor is None:
        driver: Any = connection.connection.dbapi_connection
        cursor = info[CURSOR] = driver.cursor()
    rows: Sequence[Any] = cursor.execute(text, values).fetchall()
    if len(rows) > KEPT_ROWS:
        del info[CURSOR]
    return rows


def is_listened_to(connection: Connection) -> bool:
    """Whether somebody counts, traces, prints, answers or changes what is executed, which must go on working."""
    # What SQLAlchemy itself looks at before it tells; to ask for each event's listeners would cost 9 microseconds.
    if connection._has_events or connection._echo or listens_to(connection.engine):  # noqa: SLF001 - as above
        return True
    return not HARMLESS.issuperset(connection.get_execution_options())


def listens_to(engine: Engine) -> bool:
    """Whether somebody takes part in everything that an engine executes.

    Args:
        engine: The engine.
    """
    listeners: Any = engine.dialect.dispatch
    return bool(engine._has_events or listeners.do_execute or listeners.do_setinputsizes)  # noqa: SLF001 - as above


def refuse(connection: Connection, error: BaseException, text: str, values: Mapping[str, Any]) -> None:
    """Raise what SQLAlchemy raises for a driver's error; return where it would let the error through.

    It also tells who listens to errors, and replaces connections that were lost.

    Raises:
        DBAPIError: The error is the driver's.
    """
    if isinstance(error, connection.dialect.loaded_dbapi.Error):
        connection._handle_dbapi_exception(error, text, values, None, None)  # noqa: SLF001 - there is no public name
    elif not isinstance(error, Exception):
        connection.invalidate(error)  # interrupted in the middle of an answer, as SQLAlchemy sees it
