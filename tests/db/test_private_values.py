"""What errors, and files, show of the rows."""

import logging
import os
import stat
import threading
import traceback

import pytest
from ledgers import Bank, Ledger, bank
from sqlalchemy import JSON, Integer, Text, Uuid, bindparam, cast, insert, literal, select
from sqlalchemy.exc import DBAPIError, IntegrityError

SECRET = "argon2id-of-somebody"


def shown(error):
    return "".join(traceback.format_exception(error))


@pytest.fixture
def make_production(database_url, make_app):
    def make(environment="production"):
        app = make_app(database_url, environment=environment, secret_key="u7Yq2nPz0LwX5vRk8TgB3mJc6HdS9aEf")
        with app.app_context():
            Bank.metadata.create_all(bank.engine)
        return app

    return make


@pytest.mark.parametrize("way", ["core", "session", "reader"])
def test_an_error_in_production_shows_no_value_of_its_row(make_production, way):
    app = make_production()
    with app.app_context():
        bank.execute(insert(Ledger).values(name=SECRET, balance=1))

        with pytest.raises(IntegrityError) as caught:
            if way == "core":
                bank.execute(insert(Ledger).values(name=SECRET, balance=1))
            elif way == "reader":
                bank.execute(insert(Ledger).values(name=SECRET, balance=None))
            else:
                bank.session.add(Ledger(name=SECRET, balance=1))
                bank.session.flush()

    assert SECRET not in shown(caught.value)


def test_an_error_at_the_desk_shows_the_values(make_production):
    with make_production("development").app_context():
        bank.execute(insert(Ledger).values(name=SECRET, balance=1))

        with pytest.raises(IntegrityError) as caught:
            bank.execute(insert(Ledger).values(name=SECRET, balance=1))

    assert SECRET in shown(caught.value)


@pytest.mark.postgres
@pytest.mark.parametrize("kind", [JSON, Integer, Uuid])
@pytest.mark.parametrize("value", [SECRET, f"{SECRET}\n{SECRET}"])
def test_a_read_that_fails_shows_no_value_however_often_it_was_run(make_app, postgres_url, kind, value):
    app = make_app(postgres_url, environment="production", secret_key="u7Yq2nPz0LwX5vRk8TgB3mJc6HdS9aEf")
    statement = select(cast(bindparam("text", type_=Text), kind))
    errors = []
    with app.app_context():
        for _ in range(6):
            with pytest.raises(DBAPIError) as caught:
                bank.execute(statement, {"text": value}).all()
            errors.append(shown(caught.value))

    assert SECRET not in "".join(errors)


def test_statements_are_not_logged_with_their_values(make_production, caplog):
    app = make_production()
    with app.app_context(), caplog.at_level(logging.INFO, "sqlalchemy.engine"):
        bank.execute(select(literal(SECRET)))

    assert SECRET not in caplog.text


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_the_file_of_a_database_is_its_owners_alone(make_app, tmp_path, umask):
    before = os.umask(umask)
    try:
        app = make_app(f"sqlite:///{tmp_path / 'shop.db'}")
        with app.app_context():
            Bank.metadata.create_all(bank.engine)
            bank.execute(insert(Ledger).values(name="savings", balance=1))
            files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)

    assert files == {"shop.db": 0o600, "shop.db-wal": 0o600, "shop.db-shm": 0o600}


def test_a_reader_that_comes_first_makes_the_file_likewise(make_app, tmp_path):
    with make_app(f"sqlite:///file:{tmp_path}/shop.db?uri=true").app_context():
        bank.execute(select(literal(1)))

    assert stat.S_IMODE((tmp_path / "shop.db").stat().st_mode) == 0o600


def test_a_file_that_is_shared_on_purpose_stays_so(make_app, tmp_path):
    file = tmp_path / "shop.db"
    file.touch(0o660)
    file.chmod(0o660)

    with make_app(f"sqlite:///{file}").app_context():
        bank.execute(select(literal(1)))

    assert stat.S_IMODE(file.stat().st_mode) == 0o660


def test_threads_that_come_at_once_find_one_file(make_app, tmp_path):
    app = make_app(f"sqlite:///{tmp_path / 'shop.db'}")
    found = []

    def ask():
        with app.app_context():
            found.append(bank.execute(select(literal(1))).scalar())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [1] * 8
