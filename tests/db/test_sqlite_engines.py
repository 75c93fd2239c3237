import os
import sqlite3
import subprocess
import sys
from contextvars import copy_context
from threading import Thread

import pytest
from ledgers import Bank, Ledger, bank
from sqlalchemy import event, insert, select, text, update
from sqlalchemy.exc import InvalidRequestError, OperationalError

from beastmode.core.errors import SettingsError
from beastmode.db import transaction


@pytest.fixture
def sent(sqlite_app):
    """What SQLite was told, in order, from now on."""
    statements = []
    engines = sqlite_app.extensions["beastmode.database"].engines
    for engine in (engines.reader, engines.writer):
        engine.dispose()
        event.listen(engine, "connect", lambda connection, _: connection.set_trace_callback(statements.append))
    return statements


@pytest.mark.parametrize("engine", ["reader", "engine"])
@pytest.mark.parametrize(
    ("pragma", "expected"), [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 1), ("busy_timeout", 5000)]
)
def test_every_connection_is_prepared_for_many_threads(sqlite_app, engine, pragma, expected):
    with sqlite_app.app_context(), getattr(bank, engine).connect() as connection:
        assert connection.scalar(text(f"PRAGMA {pragma}")) == expected


def test_how_long_sqlite_waits_is_a_setting(sqlite_url, make_app):
    app = make_app(sqlite_url, database_timeout_seconds=0.25)

    with app.app_context():
        assert bank.execute(text("PRAGMA busy_timeout")).scalar() == 250


def test_a_read_sends_no_begin_and_no_rollback(sqlite_app, sent):
    with sqlite_app.app_context():
        bank.execute(select(Ledger.name))
        bank.session.scalars(select(Ledger)).all()

    assert not [statement for statement in sent if statement.startswith(("BEGIN", "ROLLBACK", "COMMIT"))]


def test_a_transaction_takes_the_write_lock_when_it_begins(sqlite_app, sent):
    with sqlite_app.app_context(), transaction() as session:
        session.scalars(select(Ledger)).all()

    assert "BEGIN IMMEDIATE" in sent
    assert sent[-1] == "COMMIT"


def test_a_transaction_that_asks_nothing_sends_nothing(sqlite_app, sent):
    with sqlite_app.app_context(), transaction():
        pass

    assert "BEGIN IMMEDIATE" not in sent


def test_a_reader_does_not_wait_for_a_writer(sqlite_url, sqlite_app):
    writer = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE ledgers SET balance = 0")

    with sqlite_app.app_context():
        balances = bank.execute(select(Ledger.balance).order_by(Ledger.id)).scalars().all()

    assert balances == [100, 50]
    writer.close()


def test_a_writer_does_not_wait_for_a_reader_in_the_middle_of_its_rows(sqlite_app):
    with sqlite_app.app_context(), sqlite_app.app_context():
        rows = bank.execute(select(Ledger.id).execution_options(yield_per=1))
        rows.fetchone()

        with transaction() as session:
            session.execute(update(Ledger).values(balance=1))

        rows.close()
        assert bank.execute(select(Ledger.balance)).scalars().all() == [1, 1]


def test_writers_wait_in_line(sqlite_app):
    def add_one():
        for _ in range(10):
            with sqlite_app.app_context(), transaction() as session:
                session.get(Ledger, 1).balance += 1

    threads = [Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with sqlite_app.app_context():
        assert bank.execute(select(Ledger.balance).where(Ledger.id == 1)).scalar() == 140


def test_a_writer_that_waits_too_long_is_told_that_the_database_is_locked(sqlite_url, sqlite_app, make_app):
    impatient = make_app(sqlite_url, database_timeout_seconds=0.1)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with impatient.app_context(), pytest.raises(OperationalError, match="locked"), transaction() as session:
        session.execute(update(Ledger).values(balance=0))

    other.close()
    with impatient.app_context(), transaction() as session:
        assert session.get(Ledger, 1).balance == 100


def test_a_snapshot_does_not_see_what_is_committed_meanwhile(sqlite_app):
    with sqlite_app.app_context(), transaction(read_only=True) as session:
        before = session.scalar(select(Ledger.balance).where(Ledger.id == 1))
        with sqlite_app.app_context():
            bank.execute(update(Ledger).values(balance=7))
        after = session.scalar(select(Ledger.balance).where(Ledger.id == 1))

    assert (before, after) == (100, 100)


@pytest.mark.parametrize("statement", [update(Ledger).values(balance=0), text("DELETE FROM ledgers")])
def test_a_snapshot_cannot_be_written_to(sqlite_app, statement):
    with sqlite_app.app_context(), pytest.raises(OperationalError, match="readonly"), transaction(read_only=True):
        bank.execute(statement)


def test_a_connection_that_read_a_snapshot_writes_again_afterwards(sqlite_app):
    with sqlite_app.app_context():
        with transaction(read_only=True):
            bank.execute(select(Ledger.id))
        with pytest.raises(ZeroDivisionError), transaction(read_only=True):
            bank.execute(select(Ledger.id))
            raise ZeroDivisionError

        with transaction() as session:
            session.execute(update(Ledger).values(balance=3))

    with sqlite_app.app_context():
        assert bank.execute(select(Ledger.balance)).scalars().all() == [3, 3]


def test_foreign_keys_hold(sqlite_app):
    with sqlite_app.app_context(), pytest.raises(Exception, match="FOREIGN KEY"):
        bank.execute(text("INSERT INTO ledger_entries (ledger_id, amount) VALUES (99, 1)"))


def test_a_new_file_is_switched_to_wal_by_many_processes_at_once(sqlite_url):
    program = f"""
from flask import Flask
from beastmode.db.settings import DatabaseSettings
from beastmode.db import Database
app, db = Flask("x"), Database()
db.install(app, DatabaseSettings(environment="testing", database_url={sqlite_url!r}))
with app.app_context():
    db.ping()
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, env=os.environ) for _ in range(4)
    ]
    complaints = [process.communicate()[1].decode() for process in processes]

    assert [process.returncode for process in processes] == [0] * 4, complaints


class TestInMemory:
    @pytest.fixture(params=["sqlite://", "sqlite:///:memory:", "sqlite:///file:bank?mode=memory&uri=true"])
    def app(self, request, make_app):
        app = make_app(request.param)
        with app.app_context():
            Bank.metadata.create_all(bank.engine)
            bank.execute(insert(Ledger), [{"name": "savings", "balance": 100}])
        return app

    def test_both_engines_see_one_database(self, app):
        with app.app_context():
            with transaction() as session:
                session.get(Ledger, 1).balance = 5

            assert bank.execute(select(Ledger.balance)).scalars().all() == [5]
            assert bank.session.scalars(select(Ledger.balance)).all() == [5]

    def test_a_reader_that_ends_leaves_the_open_transaction_alone(self, app):
        with app.app_context(), transaction() as session:
            session.add(Ledger(name="house"))
            session.flush()
            with app.app_context():
                bank.execute(select(Ledger.id))
                bank.session.scalars(select(Ledger)).all()
                bank.session.commit()

        with app.app_context():
            assert len(bank.execute(select(Ledger.id)).all()) == 2

    def test_a_transaction_rolls_back(self, app):
        with app.app_context(), pytest.raises(ZeroDivisionError), transaction() as session:
            session.add(Ledger(name="house"))
            session.flush()
            raise ZeroDivisionError

        with app.app_context():
            assert len(bank.execute(select(Ledger.id)).all()) == 1


@pytest.mark.parametrize("url", ["mysql://localhost/x", "s3cret", "sqlite+aiosqlite:///x.db"])
def test_an_address_of_another_database_is_refused_without_showing_it(make_app, url):
    with pytest.raises(SettingsError, match="DATABASE_URL") as refusal:
        make_app(url)

    assert url not in str(refusal.value)


def test_a_flush_in_a_snapshot_says_what_to_do(sqlite_app):
    refused = pytest.raises(InvalidRequestError, match="cannot write")

    with sqlite_app.app_context(), refused, transaction(read_only=True) as session:
        session.add(Ledger(name="house"))


def test_a_database_in_memory_is_that_of_a_thread_that_works_for_this_one(make_app):
    app = make_app("sqlite://")
    found = []

    with app.app_context():
        Bank.metadata.create_all(bank.engine)
        context = copy_context()
        thread = Thread(target=lambda: found.append(context.run(lambda: bank.execute(text("SELECT 1")).scalar())))
        thread.start()
        thread.join()

    assert found == [1]
