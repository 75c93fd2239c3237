"""What waits for the commit."""

import logging

import pytest
from ledgers import Ledger, bank
from sqlalchemy import text, update

from beastmode.core.errors import ConfigurationError
from beastmode.core.events import after_commit
from beastmode.db import transaction


@pytest.fixture
def done():
    return []


def stored(name):
    """Whether a connection of its own sees a ledger."""
    with bank.engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM ledgers WHERE name = :name"), {"name": name}).scalar() == 1


def test_it_runs_once_what_was_written_is_committed(app, done):
    with app.app_context():
        with transaction() as session:
            session.add(Ledger(name="garden"))
            after_commit(lambda: done.append(stored("garden")))
            assert done == []

        assert done == [True]


def test_they_run_in_their_order_each_once(app, done):
    with app.app_context():
        for _ in range(2):
            with transaction():
                after_commit(lambda: done.append(1))
                after_commit(lambda: done.append(2))

    assert done == [1, 2, 1, 2]


def test_where_nothing_is_written_it_runs_at_once(app, done):
    with app.app_context():
        after_commit(lambda: done.append(1))
        assert done == [1]
    after_commit(lambda: done.append(2))

    assert done == [1, 2]


def test_a_rollback_drops_it(app, done):
    with app.app_context():
        with pytest.raises(ZeroDivisionError), transaction():
            after_commit(lambda: done.append(1))
            raise ZeroDivisionError
        with transaction():
            pass

    assert done == []


def test_the_rollback_of_an_inner_transaction_drops_its_own_alone(app, done):
    with app.app_context(), transaction():
        after_commit(lambda: done.append("before"))
        with pytest.raises(ZeroDivisionError), transaction():
            with transaction():
                after_commit(lambda: done.append("innermost"))
            after_commit(lambda: done.append("inner"))
            raise ZeroDivisionError
        with transaction():
            after_commit(lambda: done.append("another"))
        after_commit(lambda: done.append("after"))

    assert done == ["before", "another", "after"]


def test_it_waits_for_the_outermost(app, done):
    with app.app_context(), transaction():
        with transaction():
            after_commit(lambda: done.append(1))
        assert done == []

    assert done == [1]


@pytest.mark.parametrize("ends", ["commit", "begin"])
def test_a_commit_by_hand_is_one_too(app, done, ends):
    with app.app_context():
        if ends == "commit":
            bank.session.add(Ledger(name="garden"))
            after_commit(lambda: done.append(stored("garden")))
            assert done == []
            bank.session.commit()
        else:
            with bank.session.begin():
                bank.session.add(Ledger(name="garden"))
                after_commit(lambda: done.append(stored("garden")))

        assert done == [True]


def test_a_rollback_by_hand_and_the_end_of_the_context_drop_it(app, done):
    with app.app_context():
        bank.session.add(Ledger(name="garden"))
        after_commit(lambda: done.append(1))
        bank.session.rollback()
        bank.session.execute(update(Ledger).values(balance=1))
        after_commit(lambda: done.append(2))

    assert done == []


def test_it_may_write_in_a_transaction_of_its_own_and_wait_for_that(app, done):
    def note():
        with transaction() as session:
            session.add(Ledger(name="shed"))
            after_commit(lambda: done.append(stored("shed")))

    with app.app_context(), transaction() as session:
        session.add(Ledger(name="garden"))
        after_commit(note)

    assert done == [True]


def test_one_that_fails_is_logged_and_costs_neither_the_commit_nor_the_others(app, done, caplog):
    def fail():
        raise RuntimeError("the mail server is down")

    with caplog.at_level(logging.ERROR, "beastmode"), app.app_context():
        with transaction() as session:
            session.add(Ledger(name="garden"))
            after_commit(fail)
            after_commit(lambda: done.append(1))

        assert stored("garden")
    assert done == [1]
    assert "fail failed" in caplog.text
    assert "the mail server is down" in caplog.text


@pytest.mark.postgres
def test_a_new_try_drops_those_of_the_failed_one(postgres_app, done):
    tries = []

    @transaction
    def write():
        tries.append(1)
        number = len(tries)
        after_commit(lambda: done.append(number))
        if number == 1:
            bank.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))

    with postgres_app.app_context():
        write()

    assert done == [2]


async def later():
    pass


@pytest.mark.parametrize("callback", [later, None, "function"])
def test_what_is_no_ordinary_function_is_refused(callback):
    with pytest.raises(ConfigurationError, match=r"after_commit\(\) expects an? (ordinary )?function"):
        after_commit(callback)
