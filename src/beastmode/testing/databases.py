"""A database for each test: a copy of one that is created once, dropped when the test ends."""

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import count
from pathlib import Path

from alembic import command
from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine, text

from beastmode.core.errors import ConfigurationError
from beastmode.db import current_database
from beastmode.db.engines.engines import database_url
from beastmode.db.session import has_database, installed_in

Copies = Callable[[], AbstractContextManager[str]]
"""Creates a database, yields its URL, and drops it at the end."""


def scratch_databases(server: str | None, folder: Path, fill: Callable[[str], None]) -> AbstractContextManager[Copies]:
    """A function that creates a database for each test: on a PostgreSQL server, or without one as SQLite files.

    It drops what it created, and nothing else. Names contain the process ID and a random part, so that two runs can
    share a server.

    Args:
        server: The URL of any database of a PostgreSQL server on which databases may be created; it is only connected
            to.
        folder: An empty directory for SQLite files.
        fill: Called once with the URL of an empty database, to create what every test starts with.

    Raises:
        ConfigurationError: It is not a PostgreSQL server.
    """
    if not server:
        return _sqlite_databases(folder, fill)
    if not server.startswith(("postgres:", "postgresql:", "postgresql+psycopg:")):
        raise ConfigurationError(
            "TEST_DATABASE_URL is not a PostgreSQL URL; expected postgresql://user:password@host/name, or nothing "
            "for SQLite."
        )
    return _postgresql_databases(server, fill)


@contextmanager
def _sqlite_databases(folder: Path, fill: Callable[[str], None]) -> Iterator[Copies]:
    """Databases that are files in a directory."""
    template = folder / "template.db"
    template.touch()  # an empty file is an empty database, for projects that never connect
    fill(f"sqlite:///{template}")
    with closing(sqlite3.connect(template)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the file alone is copied
    numbers = count(1)

    @contextmanager
    def copy() -> Iterator[str]:
        file = folder / f"{next(numbers)}.db"
        shutil.copyfile(template, file)
        try:
            yield f"sqlite:///{file}"
        finally:
            for suffix in ("", "-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)

    yield copy


@contextmanager
def _postgresql_databases(server: str, fill: Callable[[str], None]) -> Iterator[Copies]:
    """Databases on a PostgreSQL server, version 13 or newer."""
    engine = create_engine(database_url(server), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    family = f"beastmode_test_{os.getpid()}_{secrets.token_hex(4)}"
    template = f"{family}_template"
    numbers = count(1)

    def copy() -> AbstractContextManager[str]:
        return _postgresql_database(engine, f"{family}_{next(numbers)}", template)

    with _postgresql_database(engine, template, "template1") as address:
        fill(address)
        yield copy


@contextmanager
def _postgresql_database(engine: Engine, name: str, template: str) -> Iterator[str]:
    """A copy of another database, to which nobody may be connected in the meantime."""
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        yield engine.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            # FORCE: a thread that a test left running must not keep the database.
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def make_tables(app: Flask) -> None:
    """Create the tables of an application: with its migrations, or from its models if it has none.

    Args:
        app: The Flask application; without a database, nothing happens.
    """
    if not has_database(app):
        return
    with app.app_context():
        migrations = app.extensions["migrate"]
        if any((Path(migrations.directory) / "versions").glob("*.py")):
            # Not flask_migrate.upgrade, which exits the process if a migration fails.
            command.upgrade(migrations.migrate.get_config(migrations.directory), "heads")
        else:
            database = current_database()
            database.metadata.create_all(database.engine)


def close_database(app: Flask) -> None:
    """Close the connections of an application, so that its database can be copied or dropped.

    Args:
        app: The Flask application, with or without a database.
    """
    if has_database(app):
        installed_in(app).engines.dispose()
