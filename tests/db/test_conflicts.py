"""Transactions that PostgreSQL gives up in favour of others, for real, between threads."""

from threading import Barrier, Event, Thread

import pytest
from ledgers import Ledger, LedgerEntry, bank
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import OperationalError

from beastmode.db import transaction
from beastmode.db.errors import is_conflict, problem_of
from beastmode.db.preconditions import after_looking
from lock_waiting import wait_for_waiting

pytestmark = pytest.mark.postgres


class Meeting:
    """Lets two threads meet once, in their first tries; later tries pass."""

    def __init__(self):
        self.barrier = Barrier(2, timeout=20)
        self.tries = 0

    def __call__(self):
        self.tries += 1
        if self.tries <= 2:
            self.barrier.wait()


def in_threads(app, *functions):
    """Run each function in a thread and an app context of its own; the errors that ended them."""
    errors = []

    def run(function):
        with app.app_context():
            try:
                function()
            except Exception as error:  # noqa: BLE001 - the test shows which it was
                errors.append(error)

    threads = [Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def balances(app):
    with app.app_context():
        return bank.execute(select(Ledger.balance).order_by(Ledger.id)).scalars().all()


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_serialization_failure_is_tried_again(postgres_app, level):
    meet = Meeting()

    @transaction(isolation=level)
    def add_one():
        ledger = bank.session.get(Ledger, 1)
        meet()
        ledger.balance += 1

    errors = in_threads(postgres_app, add_one, add_one)

    assert errors == []
    assert meet.tries == 3
    assert balances(postgres_app)[0] == 102


def test_a_serialization_failure_at_the_commit_is_tried_again(postgres_app):
    meet = Meeting()

    @transaction(isolation="SERIALIZABLE")
    def copy(source, target):
        balance = bank.execute(select(Ledger.balance).where(Ledger.id == source)).scalar()
        meet()
        bank.session.get(Ledger, target).balance = balance

    errors = in_threads(postgres_app, lambda: copy(1, 2), lambda: copy(2, 1))

    assert errors == []
    assert balances(postgres_app) in ([100, 100], [50, 50])


def test_a_deadlock_is_tried_again(postgres_app):
    meet = Meeting()

    @transaction
    def move(source, target):
        bank.session.get(Ledger, source, with_for_update=True).balance -= 10
        bank.session.flush()
        meet()
        bank.session.get(Ledger, target, with_for_update=True).balance += 10

    errors = in_threads(postgres_app, lambda: move(1, 2), lambda: move(2, 1))

    assert errors == []
    assert meet.tries == 3
    assert balances(postgres_app) == [100, 50]


def conflict_times(count):
    """A function that PostgreSQL gives up so often, and that counts its tries."""
    tries = []

    def fail():
        tries.append(1)
        bank.session.get(Ledger, 1).balance += 1
        bank.session.flush()
        if len(tries) <= count:
            bank.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))

    return fail, tries


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_the_tries_are_bounded(postgres_app, retries):
    fail, tries = conflict_times(99)

    with postgres_app.app_context():
        with pytest.raises(OperationalError) as raised:
            transaction(retries=retries)(fail)()

        assert is_conflict(raised.value)
        assert problem_of(raised.value).code == 503
        assert len(tries) == retries + 1
    assert balances(postgres_app)[0] == 100


def test_a_retry_starts_from_what_is_stored(postgres_app):
    fail, tries = conflict_times(2)

    with postgres_app.app_context():
        bank.session.get(Ledger, 1)
        transaction(fail)()

    assert len(tries) == 3
    assert balances(postgres_app)[0] == 101


def test_an_inner_transaction_is_not_tried_alone(postgres_app):
    fail, tries = conflict_times(1)
    inner = transaction(fail)

    @transaction
    def outer():
        bank.session.get(Ledger, 2).balance += 1
        inner()

    with postgres_app.app_context():
        outer()

    assert len(tries) == 2
    assert balances(postgres_app) == [101, 51]


def test_what_was_pending_before_is_not_lost_to_a_retry(postgres_app):
    fail, tries = conflict_times(1)

    with postgres_app.app_context():
        bank.session.add(Ledger(name="garden"))

        with pytest.raises(OperationalError):
            transaction(fail)()

    assert len(tries) == 1
    assert balances(postgres_app) == [100, 50]


def test_another_error_is_not_tried_again(postgres_app):
    tries = []

    @transaction
    def fail():
        tries.append(1)
        bank.execute(text("SELECT 1 / 0"))

    with postgres_app.app_context(), pytest.raises(Exception, match="division by zero"):
        fail()

    assert len(tries) == 1


def test_a_with_block_is_not_tried_again(postgres_app):
    fail, _ = conflict_times(1)

    with postgres_app.app_context(), pytest.raises(OperationalError), transaction():
        fail()

    assert balances(postgres_app)[0] == 100


COUNTED = select(Ledger.id, func.count(LedgerEntry.id)).outerjoin(LedgerEntry).group_by(Ledger.id).order_by(Ledger.id)
RAISED = (
    update(Ledger)
    .where(Ledger.id == 1, Ledger.id.not_in(select(LedgerEntry.ledger_id)))
    .values(balance=Ledger.balance + 1)
    .returning(Ledger.id)
)


def beside_a_migration(app, act):
    """Run a function that locks ledgers and then entries while a migration locks them in the other order; its errors.

    PostgreSQL ends whoever looks for a deadlock once there is one. The function looks after three seconds, by when the
    migration has come far enough on a busy machine too, and the migration far later.
    """
    has_begun = Event()
    with app.app_context():
        with bank.engine.begin() as connection:
            name = connection.engine.url.database
            connection.execute(text(f"ALTER DATABASE \"{name}\" SET deadlock_timeout = '3s'"))
        app.extensions["beastmode.database"].engines.dispose()

    def migrate():
        with bank.engine.begin() as connection, bank.reader.connect() as watcher:
            connection.execute(text("SET LOCAL deadlock_timeout = '60s'"))
            connection.execute(text("LOCK TABLE ledger_entries"))
            has_begun.set()
            wait_for_waiting(1, watcher)
            connection.execute(text("LOCK TABLE ledgers"))

    def wait_then_act():
        assert has_begun.wait(20)
        act()

    return in_threads(app, migrate, wait_then_act)


@pytest.mark.parametrize(("statement", "found"), [(COUNTED, [(1, 0), (2, 0)]), (RAISED, [(1,)])], ids=["read", "write"])
def test_a_statement_by_itself_that_loses_a_deadlock_is_sent_again(postgres_app, statement, found):
    rows = []

    errors = beside_a_migration(postgres_app, lambda: rows.extend(map(tuple, bank.execute(statement))))

    assert errors == []
    assert rows == found
    assert balances(postgres_app)[0] == (101 if statement is RAISED else 100)


def test_a_precondition_whose_check_loses_a_deadlock_is_checked_again(postgres_app):
    """Nothing else has run by then, so nothing can be repeated that should not be."""
    changed = []

    def act():
        after_looking(lambda: bank.execute(COUNTED).all(), lambda: changed.append("once"))

    errors = beside_a_migration(postgres_app, act)

    assert errors == []
    assert changed == ["once"]


def test_text_is_not_sent_again_since_it_may_have_done_anything(postgres_app):
    words = text("SELECT count(*) FROM ledgers, ledger_entries")

    (error,) = beside_a_migration(postgres_app, lambda: bank.execute(words))

    assert is_conflict(error)


def test_a_read_in_a_transaction_that_loses_a_deadlock_is_not_sent_again_alone(postgres_app):
    def act():
        with transaction(read_only=True):
            bank.execute(COUNTED)

    (error,) = beside_a_migration(postgres_app, act)

    assert is_conflict(error)
