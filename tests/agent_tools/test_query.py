"""Queries: what reads is answered, and the engine refuses everything else."""

import sqlite3
from contextlib import suppress
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from beastmode_tools.agent.tools.database_child import MOST_CELL, ask_postgres, ask_sqlite, shown
from servers import scratch_postgres

SQLITE = [
    ("DELETE FROM orders", "not authorized"),
    ("UPDATE orders SET total = 0", "not authorized"),
    ("INSERT INTO orders VALUES (9, 1)", "not authorized"),
    ("DROP TABLE orders", "not authorized"),
    ("CREATE TABLE other (id int)", "not authorized"),
    ("WITH gone AS (SELECT 1) DELETE FROM orders", "not authorized"),
    ("REPLACE INTO orders VALUES (1, 0)", "not authorized"),
    ("ATTACH DATABASE '{place}' AS other", "not authorized"),
    ("VACUUM INTO '{place}'", "cannot VACUUM from within a transaction"),
    ("VACUUM", "cannot VACUUM from within a transaction"),
    ("PRAGMA query_only = OFF", "not authorized"),
    ("PRAGMA journal_mode = DELETE", "not authorized"),
    ("PRAGMA writable_schema = ON", "not authorized"),
    ("SELECT load_extension('evil')", "not authorized to use function: load_extension"),
    ("COMMIT", "not authorized"),
    ("SELECT 1; DELETE FROM orders", "one statement at a time"),
    ("SELECT length(randomblob(1000000000))", "too big"),
    ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", "interrupted"),
]
POSTGRES = [
    ("DELETE FROM orders", "syntax error"),
    ("WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone", "must not contain data-modifying statements"),
    ("EXPLAIN ANALYZE DELETE FROM orders", "syntax error"),
    ("SELECT * INTO other FROM orders", "INTO"),
    ("SELECT * FROM orders FOR UPDATE", "FOR UPDATE"),
    ("SELECT nextval('numbers')", "permission denied"),
    ("SELECT lo_export(1, '{place}')", "permission denied"),
    ("SELECT pg_read_file('/etc/hostname')", "permission denied"),
    ("SELECT pg_ls_dir('.')", "permission denied"),
    ("COPY orders TO PROGRAM 'touch {place}'", "syntax error"),
    ("COPY orders TO '{place}'", "syntax error"),
    ("SELECT 1; DELETE FROM orders", "multiple commands"),
    ("SELECT 1; COMMIT; DELETE FROM orders", "multiple commands"),
    ("SELECT set_config('role', 'postgres', true)", "set_config is not called"),
    ("SELECT query_to_xml('select 1', true, true, '')", "_to_xml is not called"),
    ("SELECT U&\"set\\005fconfig\"('role', 'postgres', true)", "U& is not called"),
    ("SELECT pg_terminate_backend(1)", "pg_terminate_backend is not called"),
    ("SELECT pg_sleep(10)", "statement timeout"),
    ("SELECT writes()", "permission denied|read-only"),
]


@pytest.fixture(scope="module")
def sqlite_engine(tmp_path_factory):
    """A SQLite file with three orders."""
    place = tmp_path_factory.mktemp("database") / "shop.db"
    with sqlite3.connect(place) as connection:
        connection.executescript("CREATE TABLE orders (id int, total int); INSERT INTO orders VALUES (1,5),(2,6),(3,7)")
    connection.close()
    return SimpleNamespace(url=make_url(f"sqlite:///{place}"))


@pytest.fixture(scope="module")
def postgres_engine():
    """A PostgreSQL database with three orders, asked as a superuser, which is the worst case."""
    with scratch_postgres() as url:
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE orders (id int, total int)"))
            connection.execute(text("CREATE SEQUENCE numbers"))
            connection.execute(text("INSERT INTO orders VALUES (1, 5), (2, 6), (3, 7)"))
            connection.execute(
                text("CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'DELETE FROM orders RETURNING id'")
            )
        engine.dispose()
        yield engine
        engine.dispose()


def test_sqlite_answers_what_reads(sqlite_engine):
    """With the names of columns, and whether that is all."""
    assert ask_sqlite(sqlite_engine, "SELECT id, total FROM orders ORDER BY id", 2, 1) == (
        ["id", "total"],
        [(1, 5), (2, 6)],
        False,
    )
    assert ask_sqlite(sqlite_engine, "PRAGMA table_info(orders)", 9, 1)[1][0][1] == "id"


@pytest.mark.parametrize(("sql", "told"), SQLITE, ids=[each[0][:40] for each in SQLITE])
def test_sqlite_refuses_everything_else(sqlite_engine, tmp_path, sql, told):
    """By its authorizer and its limits, whatever the words are; the rows are what they were."""
    place = tmp_path / "other.db"

    with pytest.raises((sqlite3.Error, sqlite3.Warning), match=told):
        ask_sqlite(sqlite_engine, sql.replace("{place}", str(place)), 10, 0.2)

    assert not place.exists()
    assert ask_sqlite(sqlite_engine, "SELECT count(*), sum(total) FROM orders", 2, 1)[1] == [(3, 18)]


@pytest.mark.postgres
def test_postgres_answers_what_reads(postgres_engine):
    """By a cursor, so that no more rows are read than asked for."""
    assert ask_postgres(postgres_engine, "SELECT id, total FROM orders ORDER BY id", 2, 5) == (
        ["id", "total"],
        [(1, 5), (2, 6)],
        False,
    )
    assert len(ask_postgres(postgres_engine, "SELECT * FROM generate_series(1, 10000000)", 3, 5)[1]) == 3


@pytest.mark.postgres
@pytest.mark.parametrize(("sql", "told"), POSTGRES, ids=[each[0][:40] for each in POSTGRES])
def test_postgres_refuses_everything_else(postgres_engine, tmp_path, sql, told):
    """By the cursor, the protocol, the transaction and the role; the rows are what they were."""
    place = tmp_path / "out"

    with pytest.raises(Exception, match=told):
        ask_postgres(postgres_engine, sql.replace("{place}", str(place)), 10, 0.2)

    assert not place.exists()
    assert ask_postgres(postgres_engine, "SELECT count(*), sum(total) FROM orders", 2, 5)[1] == [(3, 18)]


@pytest.mark.postgres
def test_what_an_old_postgres_lets_through_is_rolled_back(postgres_engine):
    """Large objects are refused in a read-only transaction from version 16 on."""
    with suppress(psycopg.Error):
        ask_postgres(postgres_engine, "SELECT lo_from_bytea(0, 'x')", 10, 5)

    with postgres_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM pg_largeobject_metadata")).scalar() == 0


def test_secret_columns_are_masked_and_long_values_cut():
    """A hash of a password helps nobody who writes code."""
    row = shown(["id", "password_hash", "body", "file", "token"], (1, "argon2", "x" * 9000, b"ab", None))

    assert row == [1, "***", f"{'x' * MOST_CELL}... (9000 characters)", "YWI=", None]
