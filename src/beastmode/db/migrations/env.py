"""For a project's migrations/env.py, and to check whether a database is migrated."""

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from logging.config import fileConfig
from pathlib import Path
from time import sleep
from typing import Any

from alembic import context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app, has_app_context
from flask.cli import ScriptInfo
from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from beastmode.core.errors import BeastmodeError
from beastmode.db.migrations.autogenerate.complete import complete, is_comparing, split
from beastmode.db.migrations.autogenerate.floats import is_other_type
from beastmode.db.migrations.autogenerate.handled import without_handled
from beastmode.db.migrations.autogenerate.items import render_item
from beastmode.db.migrations.copies import keep_everything
from beastmode.db.session import Installed, installed_in

_LOCK = 0x6265617374  # any number that nobody else takes an advisory lock on
_LOCK_PAUSE_SECONDS = 0.2
_LONGEST_MIGRATION_MILLISECONDS = 24 * 3600 * 1000  # whoever waits longer than a day waits for something else

log = logging.getLogger(__name__)


def run(make_app: Callable[[], Flask] | None = None) -> None:
    """Run the command of Flask-Migrate or Alembic; the only call in a project's migrations/env.py.

    On SQLite a migration runs in one transaction with foreign keys off, because altering a table drops it, and dropping
    it would delete rows that refer to it. Before the commit, all references are checked. On PostgreSQL only one process
    migrates at a time; others wait.

    Args:
        make_app: Creates the application if there is none yet, as under plain `alembic`; by default the application
            that the `flask` command would find.

    Raises:
        BeastmodeError: A migration leaves rows that refer to missing rows; it is rolled back.
    """
    _speak()
    if has_app_context():
        _migrate(installed_in(current_app))
        return
    app = make_app() if make_app else ScriptInfo(app_import_path=os.environ.get("FLASK_APP")).load_app()
    with app.app_context():
        _migrate(installed_in(app))


def _migrate(installed: Installed) -> None:
    """Run the migrations of one application's database, or write their SQL."""
    with without_handled():
        _run_on(installed)


def _run_on(installed: Installed) -> None:
    """The same, on either kind of database or without one."""
    options = migration_options() | {"target_metadata": installed.database.metadata}
    if context.is_offline_mode():
        _write_sql(installed.engines.writer, options)
    elif installed.engines.writer.dialect.name == "sqlite":
        with _unguarded(installed.engines.writer) as connection:
            context.configure(connection=connection, transactional_ddl=True, **options)
            keep_everything(context.get_context().impl)
            with context.begin_transaction():
                before = _orphans(connection)
                context.run_migrations()
                _refuse_orphans(_orphans(connection) - before)
    else:
        with _alone(installed.engines.writer) as connection:
            context.configure(connection=connection, **options)
            with context.begin_transaction():
                context.run_migrations()


def migration_options() -> dict[str, Any]:
    """The options for comparing and generating, for Alembic's `configure` and Flask-Migrate's `Migrate`."""
    return {
        "compare_type": is_other_type,
        "render_as_batch": True,
        "render_item": render_item,
        "process_revision_directives": _write_revision,
    }


def _write_revision(migration: MigrationContext, _revision: Any, directives: list[Any]) -> None:
    """Complete Alembic's comparison; write no revision if nothing has changed."""
    if not is_comparing(migration):
        return
    complete(migration, directives[0])
    if getattr(context.config.cmd_opts, "autogenerate", False):  # and not `flask db check`, which wants one to look at
        directives[:] = split(directives[0])
        if not directives:
            log.info("The models and the database match; there is nothing to migrate.")


def _speak() -> None:
    """Configure logging from the .ini file, unless the process has configured it already."""
    file = context.config.config_file_name
    if file and Path(file).exists() and not logging.getLogger().handlers:
        fileConfig(file, disable_existing_loggers=False)


def _write_sql(engine: Engine, options: dict[str, Any]) -> None:
    """Write the SQL of the migrations instead of running it."""
    context.configure(
        url=engine.url,
        literal_binds=True,
        transactional_ddl=True,
        dialect_opts={"paramstyle": "named"},  # or psycopg's dialect doubles every percent sign
        **options,
    )
    if engine.dialect.name == "sqlite":
        context.execute("PRAGMA foreign_keys=OFF")
    with context.begin_transaction():
        context.run_migrations()


@contextmanager
def _unguarded(engine: Engine) -> Iterator[Connection]:
    """A connection to SQLite that does not enforce foreign keys, which must be set outside a transaction.

    It waits for another process that migrates, longer than DATABASE_TIMEOUT_SECONDS if necessary; then there is nothing
    left to do.
    """
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        (patience,) = driver.execute("PRAGMA busy_timeout").fetchone()
        driver.execute(f"PRAGMA busy_timeout={_LONGEST_MIGRATION_MILLISECONDS}")
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            connection.rollback()
            driver.execute("PRAGMA foreign_keys=ON")
            driver.execute(f"PRAGMA busy_timeout={patience}")


def _orphans(connection: Connection) -> Counter[tuple[str, str]]:
    """The number of rows that refer to missing rows, by table and referenced table."""
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return Counter((table, parent) for table, _row, parent, _key in rows)


def _refuse_orphans(left: Counter[tuple[str, str]]) -> None:
    """Roll back the migration if it left rows that refer to missing rows."""
    if left:
        counts = ", ".join(f"{count} of {table!r} to {parent!r}" for (table, parent), count in sorted(left.items()))
        raise BeastmodeError(
            f"The migration leaves rows that refer to missing rows: {counts}. It was rolled back; make it delete or "
            "fix those rows."
        )


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A connection to PostgreSQL without a time limit, while no other process migrates the same database.

    The lock is polled, because a statement that waits holds a snapshot, and CREATE INDEX CONCURRENTLY waits for every
    older snapshot: https://www.postgresql.org/docs/current/sql-createindex.html.
    """
    with engine.connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        waiting = False
        while not connection.scalar(select(func.pg_try_advisory_lock(_LOCK))):
            connection.commit()
            if not waiting:
                log.info("Another process is migrating this database; waiting for it.")
            waiting = True
            sleep(_LOCK_PAUSE_SECONDS)
        connection.commit()
        try:
            yield connection
        finally:
            connection.invalidate()  # what was set, and the lock, end with it


def at_head(app: Flask) -> bool:
    """Whether the database has every migration that this code knows; costs one small SELECT.

    A database that is ahead counts as migrated: the old release must stay ready while the new one is rolled out.

    Args:
        app: The Flask application, with Flask-Migrate's configuration.

    Raises:
        OperationalError: The database is unavailable.
    """
    heads, known = _revisions(Path(app.extensions["migrate"].directory))
    applied = _applied_in(installed_in(app).engines.reader)
    return heads == applied or bool(applied - known)


def known_revisions(app: Flask) -> frozenset[str]:
    """Every migration that this code knows.

    Args:
        app: The Flask application, with Flask-Migrate's configuration.
    """
    return _revisions(Path(app.extensions["migrate"].directory))[1]


def _applied_in(engine: Engine) -> frozenset[str]:
    """The current revisions of a database; none if it was never migrated."""
    try:
        with engine.connect() as connection:
            return frozenset(connection.scalars(text("SELECT version_num FROM alembic_version")))
    except DBAPIError as error:
        if error.connection_invalidated or inspect(engine).has_table("alembic_version"):
            raise
        return frozenset()


def _revisions(directory: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The heads of the migrations in a directory, and all of them; none if it does not exist."""
    versions = directory / "versions"
    return _read_revisions(directory, versions.stat().st_mtime_ns) if versions.is_dir() else (frozenset(), frozenset())


@cache
def _read_revisions(directory: Path, _changed: int) -> tuple[frozenset[str], frozenset[str]]:
    """The same, read again only when the directory changes."""
    config = Config()
    config.set_main_option("script_location", str(directory).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    return frozenset(scripts.get_heads()), frozenset(script.revision for script in scripts.walk_revisions())
