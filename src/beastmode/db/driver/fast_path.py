"""Statements that are sent to psycopg as they were compiled once; SQLAlchemy's execution takes as long as the query."""

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect

from beastmode.db.driver.prepared import Prepared, Sendable, prepare

__all__ = ["Shortcut"]

USES = 3
"""A statement that was run so often is kept by somebody, and worth compiling; one made for a request is not."""

CURSOR = "beastmode.cursor"
"""What the pool's entry of a connection calls its cursor."""
KEPT_ROWS = 100
"""The most rows that an idle cursor may hold on to; it keeps its last result until it is used again."""

HARMLESS = frozenset({"isolation_level", "postgresql_readonly", "postgresql_deferrable"})
"""Options of a connection that change no statement; another might, as `schema_translate_map` does."""


class Found:
    """What is known of one statement.

    Attributes:
        uses: How often it was run by SQLAlchemy before it was worth compiling.
        prepared: What each dialect's driver gets; None where it takes SQLAlchemy.
    """

    __slots__ = ("prepared", "uses")

    def __init__(self) -> None:
        self.uses = 0
        self.prepared: dict[Dialect, Prepared | None] = {}


class Shortcut:
    """Runs the statements of one application, on PostgreSQL, as long as nobody listens to what is executed."""

    def __init__(self) -> None:
        self._found: WeakKeyDictionary[Sendable, Found] = WeakKeyDictionary()

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
        """A statement as the driver gets it; None until it has proved to be kept, or if it needs SQLAlchemy."""
        found = self._found.get(statement)
        if found is None:
            found = self._found[statement] = Found()
        if found.uses < USES:
            found.uses += 1
            return None
        try:
            return found.prepared[dialect]
        except KeyError:
            made = found.prepared[dialect] = prepare(dialect, statement)
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
    if connection._has_events or connection.engine._has_events or connection._echo:  # noqa: SLF001 - as above
        return True
    listeners: Any = connection.dialect.dispatch
    if listeners.do_execute or listeners.do_setinputsizes:
        return True
    return not HARMLESS.issuperset(connection.get_execution_options())


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
