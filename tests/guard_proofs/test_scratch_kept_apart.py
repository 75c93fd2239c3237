"""Scratch databases: made apart from everything, copied exactly, and gone at the end, however it comes."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

import pytest
from histories import PYTHON, History, postgres_scratch
from sqlalchemy import create_engine, make_url, text

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.databases.cluster import find_programs
from beastmode_tools.guard.databases.scratch import PostgresScratch, SqliteScratch, scratches
from beastmode_tools.guard.databases.servers import own_server
from beastmode_tools.guard.migrations.proof.reversible import Start, prove_revisions
from beastmode_tools.project import GuardSettings
from servers import postgres_server


def run(database, *statements):
    engine = create_engine(database.url if hasattr(database, "url") else database)
    try:
        with engine.begin() as connection:
            results = [connection.execute(text(statement)) for statement in statements]
            return [result.scalar() if result.returns_rows else None for result in results]
    finally:
        engine.dispose()


def admin():
    return make_url(postgres_server()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def names():
    engine = create_engine(admin())
    with engine.connect() as connection:
        found = set(connection.execute(text("SELECT datname FROM pg_database")).scalars())
    engine.dispose()
    return found


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_copy_has_what_the_original_has_and_is_another_one(request, kind):
    scratch = request.getfixturevalue(kind)
    first = scratch.new()
    run(first, "CREATE TABLE t (x INTEGER)", "INSERT INTO t VALUES (7)")

    copy = scratch.new(like=first)
    run(copy, "DELETE FROM t")

    assert run(first, "SELECT x FROM t") == [7]
    assert run(copy, "SELECT count(*) FROM t") == [0]


def test_a_copy_of_a_sqlite_file_has_what_still_stands_in_its_log(sqlite):
    first = sqlite.new()
    held = create_engine(first.url)
    with held.connect() as connection:
        connection.execute(text("PRAGMA journal_mode = WAL"))
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
        connection.execute(text("INSERT INTO t VALUES (7)"))
        connection.commit()

        copy = sqlite.new(like=first)

    held.dispose()
    assert run(copy, "SELECT x FROM t") == [7]


def test_everything_is_gone_after_an_error():
    made = []

    with pytest.raises(RuntimeError, match="a proof"), SqliteScratch() as sqlite, postgres_scratch() as postgres:
        made += [sqlite.new(), postgres.new()]
        raise RuntimeError("a proof that fails")

    assert not Path(made[0].url.removeprefix("sqlite:///")).parent.exists()
    assert make_url(made[1].url).database not in names()


def test_a_database_that_somebody_is_connected_to_goes_too(postgres):
    database = postgres.new()
    engine = create_engine(database.url)

    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        postgres.drop(database)
        connection.invalidate()

    engine.dispose()
    assert make_url(database.url).database not in names()


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_when_the_process_is_told_to_end_even_several_times(how, times):
    program = f"""
import sys, time
sys.path[:0] = {sys.path!r}
from histories import postgres_scratch
from beastmode_tools.guard.databases.scratch import SqliteScratch
with SqliteScratch() as sqlite, postgres_scratch() as postgres:
    print(sqlite.new().url, postgres.new().url, flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    files, database = process.stdout.readline().split()

    for _ in range(times):
        process.send_signal(how)
        sleep(0.02)
    process.communicate(timeout=30)

    assert process.returncode in (128 + how, -how, 1)
    assert not Path(files.removeprefix("sqlite:///")).parent.exists()
    assert make_url(database).database not in names()


def test_what_a_killed_run_left_more_than_a_day_ago_is_removed_and_nothing_else(postgres):
    stamp = f"{datetime.now(UTC) - timedelta(days=2):%Y%m%d%H%M%S}"
    old, near, other = f"beast_scratch_{stamp}_0123abcd", f"beast_scratch_{stamp}", f"my_beast_scratch_{stamp}_0123abcd"
    server = postgres.server
    for name in (old, near, other):
        server.create(name, template=None)

    try:
        server.remove_leftovers()
        left = names()
    finally:
        for name in (old, near, other):
            server.drop(name)

    assert old not in left
    assert {near, other} <= left


def test_only_databases_of_our_own_can_be_dropped(postgres):
    stranger = make_url(postgres.new().url).set(database="postgres").render_as_string(hide_password=False)

    with pytest.raises(ValueError, match="no scratch database of ours"):
        postgres.server.name_of(stranger)


def test_the_database_that_the_project_names_is_never_opened(tmp_path):
    opened = []
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    canary = tmp_path / "production.db"
    canary.write_bytes(b"not even a database")
    folder = tmp_path / "project"
    folder.mkdir()
    urls = {"DATABASE_URL": f"postgresql+psycopg://app@127.0.0.1:{port}/production", "CANARY": str(canary)}
    env = f"""
import os
import sqlite3

from alembic import context
from sqlalchemy import create_engine

for attempt in (lambda: sqlite3.connect({str(canary)!r}).execute("SELECT 1"), lambda: open({str(canary)!r}, "a")):
    try:
        attempt()
    except OSError as error:
        print(error)
with create_engine("postgresql+psycopg://app@127.0.0.1:{port}/production").connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
    project = History(folder, env=env, settings=GuardSettings(environment=urls))

    with SqliteScratch() as sqlite, postgres_scratch() as postgres:
        proof = prove_revisions(project.side, project.project, [Start(sqlite), Start(postgres)], project.names)
    listener.settimeout(0.1)
    with suppress(TimeoutError):
        opened.append(listener.accept())
    listener.close()

    assert opened == []
    assert canary.read_bytes() == b"not even a database"
    assert proof.proved == {"sqlite": ["first"], "postgresql": ["first"]}


def test_the_database_of_a_shadow_url_is_not_touched(tmp_path):
    found, not_proven = scratches(postgres_server(), tmp_path)

    with found[1] as postgres:
        database = postgres.new()
        run(database, "CREATE TABLE t (x INTEGER)")

        assert make_url(database.url).database.startswith("beast_scratch_")
        assert run(admin(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename = 't'") == [0]
    assert not_proven == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://postgres@127.0.0.1:1/postgres", "--shadow-url cannot be used"),
        ("mysql://root@127.0.0.1/x", "only a PostgreSQL server"),
        ("not a url", "no database url"),
    ],
)
def test_a_shadow_url_that_does_not_serve_ends_the_run_with_a_reason(url, said):
    with pytest.raises(CouldNotRun, match=said):
        scratches(url)


def test_an_interpreter_without_a_driver_is_a_reason_and_no_error(tmp_path):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {PYTHON} -S -I "$@"\n')
    python.chmod(0o755)

    found, not_proven = scratches(None, tmp_path, python=python)

    assert [scratch.dialect for scratch in found] == ["sqlite"]
    assert "has neither psycopg nor psycopg2" in not_proven[0]


def test_a_server_of_our_own_is_started_on_a_socket_and_leaves_nothing():
    if find_programs() is None:
        pytest.skip("no initdb on this machine")
    server, _ = own_server("psycopg", lambda _text: None)

    with PostgresScratch(server) as scratch:
        database = scratch.new()
        run(database, "CREATE TABLE t (x INTEGER)")
        folder, process = server.cluster.folder, server.cluster.process.pid
        listening = run(database, "SHOW listen_addresses")

    assert listening == [""]
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_many_copies_can_be_made_at_the_same_time(postgres):
    from concurrent.futures import ThreadPoolExecutor

    first = postgres.new()
    run(first, "CREATE TABLE t (x INTEGER)", "INSERT INTO t VALUES (7)")

    with ThreadPoolExecutor(3) as pool:
        copies = list(pool.map(lambda _: postgres.new(like=first), range(3)))

    assert [run(copy, "SELECT x FROM t") for copy in copies] == [[7]] * 3
