"""What one app context has opened: a connection for reading, and a session."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from flask import has_request_context
from flask.globals import g
from sqlalchemy import (
    ClauseElement,
    CompoundSelect,
    Connection,
    CursorResult,
    Dialect,
    Executable,
    MetaData,
    Select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase

from beastmode.core.errors import ConfigurationError
from beastmode.core.events import set_pending
from beastmode.core.exchange import Exchange, current_exchange
from beastmode.core.private_flask import current_app_context
from beastmode.db.driver.fast_path import FastPath
from beastmode.db.driver.prepared import Sendable
from beastmode.db.engines.engines import Engines
from beastmode.db.errors import is_conflict, is_unanswered
from beastmode.db.holders import Holders
from beastmode.db.permits import Permit
from beastmode.db.private_sqlalchemy import events_of
from beastmode.db.routed_session import RoutedSession
from beastmode.db.statements import is_read, is_write

if TYPE_CHECKING:
    from flask import Flask

R = TypeVar("R")

EXTENSION = "beastmode.database"
"""The key of an application's `Installed` in `app.extensions`."""
WORK = "beastmode_work"
"""Its name in the app context's `g`."""


class Tables(Protocol):
    """The interface of `Database` for the modules below it."""

    metadata: MetaData


@dataclass(frozen=True, eq=False)
class Installed:
    """The database of one application.

    Attributes:
        database: The project's database.
        engines: The engines of this application.
        sessions: The session factory.
        fast_path: Sends cached statements to the driver directly.
        holders: Streams that keep a connection.
        nested_limit: The maximum number of items of one nested list.
        watchers: Each is called with every statement that `Database.execute` has run.
        told: Each is called after a commit, with the names of the tables that it changed (`db/changes.py`).
    """

    database: Tables
    engines: Engines
    sessions: sessionmaker[RoutedSession]
    fast_path: FastPath = field(default_factory=FastPath)
    holders: Holders = field(default_factory=lambda: Holders(1))
    nested_limit: int = 1000
    watchers: list[Callable[[Executable], None]] = field(default_factory=list)
    told: list[Callable[[frozenset[str]], object]] = field(default_factory=list)

    @cached_property
    def session_events(self) -> Any:
        """The listeners to the factory's sessions."""
        return events_of(self.sessions.class_)


class Work:
    """What one app context has opened so far; nothing until it is needed.

    Attributes:
        installed: The application's database.
        engines: The application's engines.
        connection: The connection for reading, in autocommit mode.
        session: The session, if one was needed.
        exchange: The request that needs it.
        is_holder: Whether a stream keeps a connection while its client reads.
        permit: The permission of the request to write, until it has been checked.
    """

    __slots__ = ("connection", "engines", "exchange", "installed", "is_holder", "permit", "session")

    def __init__(self, installed: Installed) -> None:
        self.installed = installed
        self.exchange: Exchange | None = None
        self.is_holder = False
        self.permit: Permit | None = None
        self.engines = installed.engines
        self.connection: Connection | None = None
        self.session: RoutedSession | None = None

    @property
    def dialect(self) -> Dialect:
        """The database's."""
        return self.engines.writer.dialect

    def open_session(self) -> RoutedSession:
        """The session of this app context."""
        self.settle()
        if self.session is None:
            self.session = self.installed.sessions(work=self)
            set_pending(g, self.session)
            self.exchange = current_exchange() if has_request_context() else None
        return self.session

    def begin_with_changes(self) -> None:
        """Begin the session's transaction if it has changes that are not sent yet, for a row that belongs to them."""
        session = self.session
        if session is not None and not session.is_writing and (session.new or session.dirty or session.deleted):
            session.flush()

    def settle(self) -> None:
        """Check once whether the request may write; call it before anything that may write.

        Raises:
            Problem: It may not.
        """
        if self.permit is not None:
            permit, self.permit = self.permit, None
            permit.look()

    def write(self, statement: Sendable, params: Mapping[str, Any], permit: Permit, *, kept: bool) -> Sequence[Any]:
        """The rows of a statement that writes under the condition of a permit, which checks it.

        Args:
            statement: The statement, which writes nothing if the condition is not true.
            params: Values of its parameters.
            permit: The permission of the request to write.
            kept: As for `fetch`.

        Raises:
            Problem: It may not.
        """
        self.permit = None
        try:
            written = self.fetch(statement, {**params, **permit.params}, kept=kept)
        except BaseException:
            self.permit = permit  # nothing was written, and nothing is known
            raise
        if written:
            permit.confirm()
        else:
            permit.look()
        return written

    def has_failed(self) -> bool:
        """Whether the request was refused or failed, so that its changes are not expected to be stored."""
        return self.exchange is not None and self.exchange.status >= HTTPStatus.BAD_REQUEST

    def connect(self) -> Connection:
        """The connection for reading of this app context."""
        if self.connection is None:
            self.connection = self.engines.reader.connect()
        return self.connection

    def execute(self, statement: Executable, params: Any = None) -> CursorResult[Any]:
        """Execute a Core statement; see `Database.execute`."""
        result = self.run(statement, lambda connection: connection.execute(statement, params))
        for watch in self.installed.watchers:
            watch(statement)
        return result

    def fetch(self, statement: Sendable, params: Mapping[str, Any], *, kept: bool = True) -> Sequence[Any]:
        """The rows of a Core statement, as tuples; like `execute`, but cheaper if the statement is cached.

        Args:
            statement: The statement.
            params: Values of its parameters.
            kept: Whether the same object is executed repeatedly; a statement created for one request is not.
        """

        def rows(connection: Connection) -> Sequence[Any]:
            fetched = self.installed.fast_path.fetch(connection, statement, params) if kept else None
            return connection.execute(statement, params).all() if fetched is None else fetched

        return self.run(statement, rows)

    def run(self, statement: Executable, how: Callable[[Connection], R]) -> R:
        """The result of a function for the connection on which a statement runs."""
        if self.permit is not None and not is_read(statement):
            self.settle()
        session = self.session
        if session is not None and session.is_writing:
            session.flush()
            if session.precondition is not None:
                session.precondition.note(writes=not is_read(statement), alone=not session.has_written)
            elif not session.scopes and session.held is None:
                session.has_written = session.has_written or is_write(statement)
            return how(session.connection()) if session.held is None else self._run_held(session, how)
        connection = self.connection or self.connect()
        try:
            return how(connection)
        except DBAPIError as error:
            if not self.may_repeat(statement, error):
                raise
        if connection.invalidated:
            connection.close()
            self.connection = None
        return how(self.connect())

    def _run_held(self, session: RoutedSession, how: Callable[[Connection], R]) -> R:
        """The result of a statement whose commit is held back; one that fails by itself undoes nothing else."""
        try:
            return how(session.connection())
        except DBAPIError:
            if not session.scopes and not session.has_written:
                session.rollback()  # or PostgreSQL would refuse everything that follows
            raise

    def may_repeat(self, statement: Executable, error: DBAPIError) -> bool:
        """Whether a failed statement may be retried: it has changed nothing, and nothing depends on it.

        A read may be retried if its connection was lost (but not if the server did not respond). So may a statement
        that PostgreSQL has aborted because of a conflict, for example with a migration that takes locks in another
        order, if it is a single statement and not text, which could do anything.

        Args:
            statement: The statement.
            error: The error.
        """
        if self.session is not None and self.session.in_transaction():
            return False
        if is_conflict(error):
            return isinstance(statement, Select | CompoundSelect | UpdateBase)
        return (
            error.connection_invalidated
            and not is_unanswered(error)
            and isinstance(statement, ClauseElement)
            and is_read(statement)
            and not any(isinstance(part, UpdateBase) for part in visitors.iterate(statement))
        )

    def hold(self) -> None:
        """Keep a connection while a client reads.

        Raises:
            Problem: 503 if too many streams do.
        """
        if not self.is_holder:
            self.installed.holders.enter()
            self.is_holder = True

    def close(self) -> None:
        """Return everything to the pool; uncommitted changes are rolled back."""
        if self.is_holder:
            self.is_holder = False
            self.installed.holders.leave()
        session, connection = self.session, self.connection
        self.session = self.connection = None
        try:
            if session is not None:
                session.close()
        finally:
            if connection is not None:
                connection.close()


def current_work() -> Work:
    """What the current app context has opened.

    Raises:
        ConfigurationError: The application has no database.
        RuntimeError: There is no app context.
    """
    context = current_app_context()
    work: Work | None = context.g.get(WORK)
    if work is None:
        work = Work(installed_in(context.app))
        setattr(context.g, WORK, work)
    return work


def opened_work() -> Work | None:
    """What the current app context has opened; None if nothing, or without an app context."""
    try:
        context = current_app_context()
    except RuntimeError:
        return None
    work: Work | None = context.g.get(WORK)
    return work


def settle() -> None:
    """Check whether the request may write, before something could write that is not seen here; creates nothing.

    Raises:
        Problem: It may not.
    """
    work = opened_work()
    if work is not None:
        work.settle()


def has_database(app: "Flask") -> bool:
    """Whether an application has a database.

    Args:
        app: The Flask application.
    """
    return EXTENSION in app.extensions


def installed_in(app: Any) -> Installed:
    """The database of an application.

    Args:
        app: The Flask application.

    Raises:
        ConfigurationError: It has none.
    """
    installed: Installed | None = app.extensions.get(EXTENSION)
    if installed is None:
        raise ConfigurationError(f"The application {app.name!r} has no database; call db.install(app, settings).")
    return installed
