import sqlite3
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import make_url

from beastmode.core.errors import ConfigurationError
from beastmode.testing.databases import scratch_databases
from servers import address, postgres_server, scratch_postgres


def fill_sqlite(url):
    with closing(sqlite3.connect(make_url(url).database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE notes (title TEXT)")
        connection.execute("INSERT INTO notes VALUES ('from the template')")
        connection.commit()


def titles_sqlite(url):
    with closing(sqlite3.connect(make_url(url).database)) as connection:
        return [title for (title,) in connection.execute("SELECT title FROM notes")]


def fill_postgres(url):
    with psycopg.connect(address(make_url(url))) as connection:
        connection.execute("CREATE TABLE notes (title TEXT)")
        connection.execute("INSERT INTO notes VALUES ('from the template')")


def titles_postgres(url):
    with psycopg.connect(address(make_url(url))) as connection:
        return [title for (title,) in connection.execute("SELECT title FROM notes")]


def databases_of(server):
    with psycopg.connect(server) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def test_each_sqlite_file_is_a_copy_that_is_gone_afterwards(tmp_path):
    with scratch_databases(None, tmp_path, fill_sqlite) as copies:
        with copies() as first, copies() as second:
            with closing(sqlite3.connect(make_url(first).database)) as connection:
                connection.execute("DELETE FROM notes")
                connection.commit()

            assert first != second
            assert (titles_sqlite(first), titles_sqlite(second)) == ([], ["from the template"])

        assert [file.name for file in tmp_path.iterdir()] == ["template.db"]


def test_what_the_template_has_in_its_log_is_copied_too(tmp_path):
    connections = []

    def fill_and_stay(url):
        fill_sqlite(url)
        connections.append(sqlite3.connect(make_url(url).database))
        connections[0].execute("INSERT INTO notes VALUES ('by somebody who stays')")
        connections[0].commit()

    with scratch_databases(None, tmp_path, fill_and_stay) as copies, copies() as url:
        found = titles_sqlite(url)

    connections[0].close()
    assert found == ["from the template", "by somebody who stays"]


@pytest.mark.postgres
def test_each_postgres_database_is_a_copy_that_is_gone_afterwards(tmp_path):
    server = address(make_url(postgres_server()))

    with scratch_databases(server, tmp_path, fill_postgres) as copies, copies() as url:
        name = make_url(url).database
        made = {database for database in databases_of(server) if database.startswith(name.rpartition("_")[0])}
        found = titles_postgres(url)

    assert len(made) == 2
    assert found == ["from the template"]
    assert not made & databases_of(server)


@pytest.mark.postgres
def test_a_database_is_dropped_even_if_a_test_forgot_a_connection(tmp_path):
    server = address(make_url(postgres_server()))

    with scratch_databases(server, tmp_path, fill_postgres) as copies, copies() as url:
        forgotten = psycopg.connect(address(make_url(url)))

    with pytest.raises(psycopg.OperationalError):
        forgotten.execute("SELECT 1")
    assert make_url(url).database not in databases_of(server)


@pytest.mark.postgres
def test_two_runs_at_once_on_one_server_do_not_meet(tmp_path):
    server = postgres_server()

    with (
        scratch_databases(server, tmp_path, fill_postgres) as ours,
        scratch_databases(server, tmp_path, fill_postgres) as theirs,
        ours() as one,
        theirs() as other,
    ):
        names = {make_url(url).database for url in (one, other)}

    assert len(names) == 2


@pytest.mark.postgres
def test_the_database_that_the_address_names_is_only_connected_to(tmp_path):
    with scratch_postgres() as mine:
        fill_postgres(mine)

        with scratch_databases(mine, tmp_path, fill_postgres) as copies, copies() as url:
            assert make_url(url).database != make_url(mine).database

        assert titles_postgres(mine) == ["from the template"]


@pytest.mark.parametrize("server", ["mysql://root@localhost/test", "sqlite:///mine.db", "nonsense"])
def test_a_server_that_is_none_of_postgresqls_is_refused(tmp_path, server):
    with pytest.raises(ConfigurationError, match="TEST_DATABASE_URL is not a PostgreSQL URL"):
        scratch_databases(server, tmp_path, fill_sqlite)
