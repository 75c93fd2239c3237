"""What runs before a commit, in the transaction of what is committed."""

import pytest
from ledgers import Ledger, bank
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError, OperationalError

from beastmode.core.errors import ConfigurationError
from beastmode.db import after_commit, before_commit, transaction


@pytest.fixture
def done():
    return []


def stored(*names):
    """Which of these ledgers a connection of its own sees."""
    with bank.reader.connect() as connection:
        found = set(connection.scalars(select(Ledger.name)))
    return [name for name in names if name in found]


def keep(name):
    """A function that stores a ledger, as a feature would store a row of its own."""
    return lambda: bank.execute(insert(Ledger).values(name=name))


def test_what_it_writes_is_committed_with_the_changes(app):
    """It runs at the end of the transaction, and both rows are there or neither is."""
    with app.app_context():
        with transaction() as session:
            session.add(Ledger(name="garden"))
            before_commit(keep("shed"))
            assert bank.execute(select(Ledger).where(Ledger.name == "shed")).first() is None, "not yet"

        assert stored("garden", "shed") == ["garden", "shed"]


def test_it_sees_the_changes_and_no_other_connection_does(app, done):
    """It runs between the last change and the commit."""
    with app.app_context(), transaction() as session:
        session.add(Ledger(name="garden"))
        before_commit(lambda: done.append(bank.session.scalar(select(Ledger.name).where(Ledger.name == "garden"))))
        before_commit(lambda: done.append(stored("garden")))

    assert done == ["garden", []]


def test_they_run_in_their_order_each_once_and_before_those_after_the_commit(app, done):
    """The order is that of registration, whatever else waits."""
    with app.app_context():
        for _ in range(2):
            with transaction():
                after_commit(lambda: done.append("after"))
                before_commit(lambda: done.append(1))
                before_commit(lambda: done.append(2))
                assert done.count(1) == done.count("after")

    assert done == [1, 2, "after", 1, 2, "after"]


def test_where_nothing_is_written_it_runs_at_once_in_a_transaction_of_its_own(app, done):
    """Two statements of it are still stored together or not at all."""

    def store_and_fail():
        bank.execute(insert(Ledger).values(name="garden"))
        done.append(stored("garden"))
        raise ZeroDivisionError

    with app.app_context():
        before_commit(keep("shed"))
        assert stored("shed") == ["shed"]
        with pytest.raises(ZeroDivisionError):
            before_commit(store_and_fail)
        assert stored("garden") == []

    assert done == [[]]


def test_without_a_database_or_an_application_it_runs_at_once(done):
    """There is nothing to wait for."""
    before_commit(lambda: done.append(1))

    assert done == [1]


def test_one_that_fails_rolls_everything_back(app, done):
    """The changes, and what the functions before it wrote, are not stored, and the caller gets the exception."""
    with app.app_context():
        with pytest.raises(ZeroDivisionError), transaction() as session:
            session.add(Ledger(name="garden"))
            before_commit(keep("shed"))
            before_commit(lambda: 1 / 0)
            before_commit(lambda: done.append("later"))
            after_commit(lambda: done.append("after"))

        assert stored("garden", "shed") == []
        with transaction():
            pass
    assert done == []


def test_a_rollback_drops_it(app, done):
    """Nothing of a transaction that failed runs, not in the next one either."""
    with app.app_context():
        with pytest.raises(ZeroDivisionError), transaction():
            before_commit(lambda: done.append(1))
            raise ZeroDivisionError
        with transaction():
            pass

    assert done == []


def test_the_rollback_of_an_inner_transaction_drops_its_own_alone(app, done):
    """A savepoint that is rolled back takes its functions with it; those of one that is released wait on."""
    with app.app_context(), transaction():
        before_commit(lambda: done.append("before"))
        with pytest.raises(ZeroDivisionError), transaction():
            with transaction():
                before_commit(lambda: done.append("innermost"))
            before_commit(lambda: done.append("inner"))
            raise ZeroDivisionError
        with transaction():
            before_commit(lambda: done.append("another"))
        assert done == [], "they wait for the outermost"
        before_commit(lambda: done.append("after"))

    assert done == ["before", "another", "after"]


@pytest.mark.parametrize("ends", ["commit", "begin", "savepoint"])
def test_a_commit_by_hand_runs_it_too(app, ends):
    """However the session is committed, its statements are part of the same transaction."""
    with app.app_context():
        session = bank.session
        if ends == "begin":
            with session.begin():
                session.add(Ledger(name="garden"))
                before_commit(keep("shed"))
        else:
            session.add(Ledger(name="garden"))
            before_commit(keep("shed"))
            if ends == "savepoint":
                session.begin_nested()
            session.commit()

        assert stored("garden", "shed") == ["garden", "shed"]


@pytest.mark.parametrize("ends", ["commit", "begin", "savepoint"])
def test_one_that_fails_rolls_a_commit_by_hand_back(app, ends):
    """The session can be used again, and has nothing left of what failed."""
    with app.app_context():
        session = bank.session

        def write():
            session.add(Ledger(name="garden"))
            before_commit(keep("shed"))
            before_commit(lambda: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            if ends == "begin":
                with session.begin():
                    write()
            else:
                write()
                if ends == "savepoint":
                    session.begin_nested()
                session.commit()

        assert not session.in_transaction()
        assert stored("garden", "shed") == []
        session.add(Ledger(name="barn"))
        session.commit()
        assert stored("barn") == ["barn"]


def test_a_rollback_by_hand_and_the_end_of_the_context_drop_it(app, done):
    """What was never committed had nothing before its commit."""
    with app.app_context():
        bank.session.add(Ledger(name="garden"))
        before_commit(lambda: done.append(1))
        bank.session.rollback()
        bank.session.commit()
        bank.session.add(Ledger(name="garden"))
        before_commit(lambda: done.append(2))

    assert done == []


def test_it_may_have_others_wait_and_open_a_savepoint(app, done):
    """A transaction in it is a savepoint of the one that is about to be committed."""

    def prepare():
        with pytest.raises(ZeroDivisionError), transaction() as session:
            session.add(Ledger(name="shed"))
            before_commit(lambda: done.append("dropped"))
            raise ZeroDivisionError
        with transaction() as session:
            session.add(Ledger(name="barn"))
            before_commit(keep("stable"))
        after_commit(lambda: done.append(stored("barn", "stable")))

    with app.app_context():
        with transaction() as session:
            session.add(Ledger(name="garden"))
            before_commit(prepare)

        assert stored("garden", "shed", "barn", "stable") == ["garden", "barn", "stable"]
    assert done == [["barn", "stable"]]


def test_it_cannot_commit(app):
    """Whoever opened the transaction ends it."""
    with app.app_context():
        with pytest.raises(InvalidRequestError, match="A transaction commits when it ends"), transaction() as session:
            session.add(Ledger(name="garden"))
            before_commit(bank.session.commit)

        assert stored("garden") == []


def test_it_cannot_write_to_a_snapshot(app):
    """`transaction(read_only=True)` refuses writes until its end."""
    with app.app_context(), pytest.raises((InvalidRequestError, DBAPIError)), transaction(read_only=True):
        before_commit(lambda: bank.session.add(Ledger(name="garden")))


def test_a_change_that_the_database_refuses_at_the_commit_drops_those_after_it(app, done):
    """The row of the function goes with the change that it belonged to."""
    with app.app_context():
        with pytest.raises(IntegrityError), transaction() as session:
            before_commit(keep("shed"))
            after_commit(lambda: done.append(1))
            before_commit(lambda: session.add(Ledger(name="savings")))

        assert stored("shed") == []
    assert done == []


class Conflict(Exception):  # noqa: N818 - plays the driver's error
    """PostgreSQL's serialization failure, as its driver tells of it."""

    sqlstate = "40001"


@pytest.mark.parametrize("place", ["in the transaction", "before the commit"])
def test_a_retry_drops_those_of_the_failed_try(app, done, place):
    """Only what the successful try passed runs, wherever the conflict appeared."""
    tries = []

    def fail():
        raise OperationalError("COMMIT", {}, Conflict())

    @transaction
    def write():
        tries.append(1)
        number = len(tries)
        bank.session.add(Ledger(name=f"garden {number}"))
        before_commit(lambda: done.append(f"before {number}"))
        after_commit(lambda: done.append(f"after {number}"))
        if number == 1:
            fail() if place == "in the transaction" else before_commit(fail)

    with app.app_context():
        write()

        assert stored("garden 1", "garden 2") == ["garden 2"]
    first = [] if place == "in the transaction" else ["before 1"]
    assert done == [*first, "before 2", "after 2"]


@pytest.mark.postgres
def test_a_real_conflict_before_the_commit_is_retried(postgres_app, done):
    """A statement of such a function may lose against another transaction like any other."""

    def conflict():
        done.append(1)
        if len(done) == 1:
            bank.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))

    @transaction
    def write():
        bank.session.add(Ledger(name="garden"))
        before_commit(conflict)

    with postgres_app.app_context():
        write()

        assert stored("garden") == ["garden"]
    assert done == [1, 1]


async def later():
    pass


@pytest.mark.parametrize("callback", [later, None, "function"])
def test_what_is_not_an_ordinary_function_is_refused_before_the_commit(callback):
    """A promise of work would be kept when the transaction is over."""
    with pytest.raises(ConfigurationError, match=r"before_commit\(\) expects an? (ordinary )?function"):
        before_commit(callback)


def test_a_function_that_returns_a_coroutine_rolls_back(app):
    """A lambda hides an `async def` until it is called."""
    with app.app_context():
        with pytest.raises(TypeError, match=r"returned a coroutine, which is never run"), transaction() as session:
            session.add(Ledger(name="garden"))
            before_commit(lambda: later())  # noqa: PLW0108 - which shows only when it is called

        assert stored("garden") == []
