from typing import TYPE_CHECKING, Any, cast
from weakref import finalize

from flask import Flask, current_app
from sqlalchemy import CursorResult, Engine, Executable, MetaData, event
from sqlalchemy.orm import Session, sessionmaker

from beastmode.core.errors import ConfigurationError
from beastmode.core.events import set_transaction
from beastmode.db.base import Base
from beastmode.db.elsewhere import missing_name
from beastmode.db.engines.engines import open_engines
from beastmode.db.holders import Holders
from beastmode.db.lazy import refuse_lazy_loads
from beastmode.db.preconditions import make_way
from beastmode.db.routed_session import RoutedSession
from beastmode.db.session import (
    EXTENSION,
    Installed,
    current_work,
    has_database,
    installed_in,
    settle,
)
from beastmode.db.settings import DatabaseSettings
from beastmode.db.transactions import transaction
from beastmode.db.unsaved import close_work


class Database:
    """The database of a project: create one at module level, and pass it to Beastmode.

    Args:
        metadata: The tables; by default those of all models that inherit from `Base`.
    """

    def __init__(self, metadata: MetaData | None = None) -> None:
        self.metadata = Base.metadata if metadata is None else metadata

    def install(self, app: Flask, settings: DatabaseSettings) -> None:
        """Create the engines of an application, and close what an app context opened when it ends; does not connect.

        Args:
            app: The Flask application.
            settings: The settings of the database.

        Raises:
            ConfigurationError: The application already has a database.
            SettingsError: DATABASE_URL is not valid.
        """
        if has_database(app):
            raise ConfigurationError(
                f"The application {app.name!r} already has a database; an application can have only one."
            )
        engines = open_engines(settings)
        sessions = sessionmaker(class_=RoutedSession, expire_on_commit=False)
        if not settings.is_production:
            refuse_lazy_loads(sessions)
        if engines.writer.dialect.name == "sqlite":
            event.listen(engines.writer, "checkout", make_way)
        app.extensions[EXTENSION] = Installed(
            self,
            engines,
            sessions,
            holders=Holders(max(1, settings.database_pool_size // 2)),
            nested_limit=settings.nested_limit,
        )
        app.teardown_appcontext(close_work)
        set_transaction(app, transaction)
        # An application that is discarded, as in tests, must not keep its connections.
        finalize(app, engines.dispose)

    if not TYPE_CHECKING:  # or mypy would believe in any name

        def __getattr__(self, name: str) -> Any:
            raise missing_name(name)

    @property
    def session(self) -> Session:
        """The session of the current app context; it is closed with the context."""
        return current_work().open_session()

    @property
    def engine(self) -> Engine:
        """The engine for writes of the current application."""
        settle()
        return installed_in(current_app).engines.writer

    @property
    def reader(self) -> Engine:
        """The engine for reads of the current application, in autocommit mode."""
        settle()
        return installed_in(current_app).engines.reader

    def execute(self, statement: Executable, params: Any = None) -> CursorResult[Any]:
        """Execute a Core statement and return its result, without the overhead of the session.

        In a transaction, or after the session has written, it runs there, after a flush. Otherwise it runs in
        autocommit mode: a statement that writes is committed when this returns. A read whose connection is dead is
        retried once.

        Args:
            statement: Any executable statement of SQLAlchemy.
            params: Values of its bind parameters; a list executes it once for each.

        Raises:
            DBAPIError: Any error of the database.
        """
        return current_work().execute(statement, params)

    def ping(self) -> None:
        """Check that the database responds.

        Raises:
            OperationalError: It does not.
            TimeoutError: No connection was free in time.
        """
        ping(installed_in(current_app))


def ping(installed: Installed) -> None:
    """Check that the database responds; needs no app context."""
    with installed.engines.reader.connect() as connection:
        connection.exec_driver_sql("SELECT 1")


def current_database() -> Database:
    """The database of the current application.

    Raises:
        ConfigurationError: It has none.
    """
    return cast("Database", installed_in(current_app).database)
