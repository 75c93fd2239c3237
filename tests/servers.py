"""The servers that tests talk to: found, or skipped with the reason; a database is made for each test and dropped."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import psycopg
import pytest
import redis
from psycopg import sql
from sqlalchemy import URL, make_url

POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/0"


def postgres_server() -> str:
    """The address of a PostgreSQL server, of a database that nothing is written to; skips the test without one."""
    url = os.environ.get("TEST_POSTGRES_URL") or POSTGRES
    if problem := postgres_problem(url):
        do_without(f"no PostgreSQL at {make_url(url)!r} (TEST_POSTGRES_URL): {problem}")
    return url


def redis_server() -> str:
    """The address of a Redis server; skips the test without one."""
    url = os.environ.get("TEST_REDIS_URL") or REDIS
    if problem := redis_problem(url):
        do_without(f"no Redis at {url} (TEST_REDIS_URL): {problem}")
    return url


@contextmanager
def scratch_postgres() -> Iterator[str]:
    """The address of a new PostgreSQL database, dropped at the end whoever is still connected."""
    server = postgres_server()
    name = f"beastmode_test_{secrets.token_hex(6)}"
    run_on(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield address(make_url(server).set(database=name))
    finally:
        run_on(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def empty_postgres(url: str) -> None:
    """Make a scratch database as good as new, in a tenth of the time that a new one takes."""
    end_others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {} AND pid <> pg_backend_pid()"
    run_on(url, sql.SQL(end_others).format(sql.Literal(make_url(url).database)))
    run_on(url, sql.Composed([sql.SQL("DROP SCHEMA public CASCADE; CREATE SCHEMA public")]))


def run_on(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(address(make_url(url)), autocommit=True) as connection:
        connection.execute(statement)


def address(url: URL) -> str:
    """The address as psycopg itself understands it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@cache
def postgres_problem(url: str) -> str | None:
    try:
        psycopg.connect(address(make_url(url)), connect_timeout=5).close()
    except psycopg.OperationalError as error:
        return str(error)
    return None


@cache
def redis_problem(url: str) -> str | None:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
            client.ping()
    except redis.RedisError as error:
        return str(error)
    return None


def do_without(reason: str) -> None:
    if os.environ.get("BEASTMODE_REQUIRE_SERVICES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
