"""Databases on a PostgreSQL server that the bench makes for itself and may throw away."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

__all__ = ["at", "connect", "create", "drop", "libpq", "server", "writing_lock", "written"]

DEFAULT_SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
MAINTENANCE = "postgres"  # the database that an address names may not be there yet


def server() -> URL:
    """The server and role to use: DATABASE_URL, else TEST_POSTGRES_URL, else `postgres` at the usual local port."""
    given = os.environ.get("DATABASE_URL") or os.environ.get("TEST_POSTGRES_URL") or DEFAULT_SERVER
    url = make_url(given.replace("postgres://", "postgresql://", 1))
    if url.get_backend_name() != "postgresql":
        raise SystemExit(f"the bench needs PostgreSQL, but DATABASE_URL names {url.get_backend_name()}")
    return url.set(drivername="postgresql+psycopg")


def at(database: str) -> URL:
    """The address of another database on the same server, for the same role."""
    return server().set(database=database)


def written(url: URL) -> str:
    """The address in SQLAlchemy's words, the password included."""
    return url.render_as_string(hide_password=False)


def libpq(url: URL) -> str:
    """The same address in the words of PostgreSQL's own tools, the password included."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def connect(database: str = MAINTENANCE) -> "psycopg.Connection":
    """A connection in autocommit, by default to the database that every server has."""
    url = at(database)
    try:
        return psycopg.connect(libpq(url), autocommit=True)
    except psycopg.OperationalError as error:
        raise SystemExit(f"no PostgreSQL at {url.render_as_string()}: {error}".rstrip()) from None


@contextmanager
def writing_lock(database: str) -> Iterator[None]:
    """Whoever else prepares the same database waits meanwhile."""
    with connect() as connection:
        connection.execute("select pg_advisory_lock(hashtext(%s))", [f"beastmode bench: {database}"])
        yield


def create(database: str) -> bool:
    """Make a database; whether it had not been there."""
    with connect() as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone()
        if not found:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
        return not found


def drop(database: str) -> None:
    """Remove a database, whoever is connected to it."""
    with connect() as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))
