from threading import Barrier, Thread

import pytest
from ledgers import Ledger, LedgerEntry, bank
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError

from beastmode.db import transaction


def balances():
    return bank.execute(select(Ledger.balance).order_by(Ledger.id)).scalars().all()


@pytest.fixture
def commits(app):
    """One entry for each commit that the writer has been sent."""
    seen = []
    event.listen(app.extensions["beastmode.database"].engines.writer, "commit", seen.append)
    return seen


def test_it_commits_at_its_end(app):
    with app.app_context(), transaction() as session:
        session.get(Ledger, 1).balance = 1

    with app.app_context():
        assert balances() == [1, 50]


def test_it_gives_the_session_of_the_app_context(app):
    with app.app_context(), transaction() as session:
        assert session is bank.session


@pytest.mark.parametrize("kind", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_any_exception_rolls_it_back(app, kind):
    with app.app_context(), pytest.raises(kind), transaction() as session:
        session.get(Ledger, 1).balance = 1
        session.flush()
        raise kind

    with app.app_context():
        assert balances() == [100, 50]


def test_an_error_of_the_commit_rolls_it_back(app):
    with app.app_context():
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(Ledger(name="savings"))

        assert not bank.session.in_transaction()
        assert balances() == [100, 50]


def test_a_function_is_run_in_one(app):
    @transaction
    def pay(amount):
        bank.session.get(Ledger, 1).balance -= amount
        return "paid"

    with app.app_context():
        assert pay(30) == "paid"

    with app.app_context():
        assert balances() == [70, 50]


def test_a_function_that_fails_is_rolled_back(app):
    @transaction(retries=2)
    def pay():
        bank.session.get(Ledger, 1).balance -= 30
        bank.session.flush()
        raise ZeroDivisionError

    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            pay()

        assert balances() == [100, 50]


def test_a_decorated_function_keeps_its_name():
    @transaction
    def pay():
        """Money moves."""

    assert (pay.__name__, pay.__doc__) == ("pay", "Money moves.")


class TestNested:
    def test_only_the_outermost_commits(self, app, commits):
        @transaction
        def pay(ledger_id, amount):
            bank.session.get(Ledger, ledger_id).balance += amount

        with app.app_context(), transaction():
            pay(1, -10)
            pay(2, 10)
            assert commits == []

        assert len(commits) == 1
        with app.app_context():
            assert balances() == [90, 60]

    def test_an_inner_one_can_fail_alone(self, app):
        with app.app_context(), transaction() as session:
            session.get(Ledger, 1).balance = 1
            with pytest.raises(IntegrityError), transaction():
                session.add(Ledger(name="house"))
                session.flush()
            session.get(Ledger, 2).balance = 2

        with app.app_context():
            assert balances() == [1, 2]

    def test_what_an_inner_one_wrote_before_it_failed_is_undone(self, app):
        with app.app_context(), transaction() as session:
            for _ in range(2):
                with pytest.raises(ZeroDivisionError), transaction():
                    session.get(Ledger, 1).balance += 1
                    with transaction():
                        session.get(Ledger, 2).balance += 1
                    raise ZeroDivisionError

        with app.app_context():
            assert balances() == [100, 50]

    def test_an_exception_that_passes_through_both_undoes_everything(self, app):
        with app.app_context(), pytest.raises(ZeroDivisionError), transaction() as session:
            session.get(Ledger, 1).balance = 1
            with transaction():
                session.get(Ledger, 2).balance = 1
                raise ZeroDivisionError

        with app.app_context():
            assert balances() == [100, 50]

    def test_one_object_can_be_entered_again(self, app):
        move = transaction()

        with app.app_context(), move as session:
            session.get(Ledger, 1).balance = 1
            with move:
                session.get(Ledger, 2).balance = 2

        with app.app_context():
            assert balances() == [1, 2]

    def test_one_object_can_be_shared_by_threads(self, postgres_app):
        move = transaction()
        gate = Barrier(2)

        def add_one(ledger_id):
            with postgres_app.app_context(), move as session:
                session.get(Ledger, ledger_id).balance += 1
                gate.wait()

        threads = [Thread(target=add_one, args=(ledger_id,)) for ledger_id in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with postgres_app.app_context():
            assert balances() == [101, 51]

    def test_another_app_context_has_a_transaction_of_its_own(self, postgres_app):
        with postgres_app.app_context(), pytest.raises(ZeroDivisionError), transaction() as session:
            session.get(Ledger, 1).balance = 1
            with postgres_app.app_context(), transaction() as other:
                other.get(Ledger, 2).balance = 2
            raise ZeroDivisionError

        with postgres_app.app_context():
            assert balances() == [100, 2]


class TestReadYourWrites:
    def test_in_the_transaction(self, app):
        with app.app_context(), transaction() as session:
            session.get(Ledger, 1).balance = 1

            assert balances() == [1, 50]
            assert session.scalars(select(Ledger.balance).order_by(Ledger.id)).all() == [1, 50]

    def test_after_the_transaction(self, app):
        with app.app_context():
            with transaction() as session:
                session.get(Ledger, 1).balance = 1

            assert balances() == [1, 50]
            assert bank.session.scalars(select(Ledger.balance).order_by(Ledger.id)).all() == [1, 50]

    def test_a_core_statement_flushes_what_is_pending_first(self, app):
        with app.app_context(), transaction() as session:
            session.add(Ledger(name="garden", balance=9))

            assert balances() == [100, 50, 9]


class TestWhatWasLoadedBefore:
    def test_is_read_again(self, app):
        with app.app_context():
            ledger = bank.session.get(Ledger, 1)
            with app.app_context():
                bank.execute(update(Ledger).values(balance=500))

            with transaction():
                ledger.balance -= 1

        with app.app_context():
            assert balances()[0] == 499

    def test_and_changed_before_keeps_its_change(self, app):
        with app.app_context():
            ledger = bank.session.get(Ledger, 1)
            ledger.balance = 3
            bank.session.add(Ledger(name="garden", balance=9))

            with transaction():
                assert ledger.balance == 3

        with app.app_context():
            assert balances() == [3, 50, 9]

    def test_and_belongs_to_what_was_changed_keeps_the_change(self, app):
        with app.app_context():
            with transaction() as session:
                session.add(LedgerEntry(ledger_id=1, amount=5))
            ledger = bank.session.get(Ledger, 1)
            ledger.entries[0].amount = 6

            with transaction():
                assert ledger.entries[0].amount == 6

            assert bank.execute(select(LedgerEntry.amount)).scalar() == 6

    def test_and_was_marked_deleted_is_deleted(self, app):
        with app.app_context():
            bank.session.delete(bank.session.get(Ledger, 2))

            with transaction():
                pass

            assert balances() == [100]


class TestCommitsOnce:
    def test_a_commit_inside_is_refused(self, app):
        refused = pytest.raises(InvalidRequestError, match="commits when it ends")

        with app.app_context(), refused, transaction() as session:
            session.get(Ledger, 1).balance = 1
            session.commit()

        with app.app_context():
            assert balances() == [100, 50]

    def test_a_rollback_inside_is_not_taken_for_success(self, app):
        refused = pytest.raises(InvalidRequestError, match="rolled back inside")

        with app.app_context(), refused, transaction() as session:
            session.get(Ledger, 1).balance = 1
            session.rollback()
            session.get(Ledger, 2).balance = 1

        with app.app_context():
            assert balances() == [100, 50]

    def test_a_commit_afterwards_is_welcome(self, app):
        with app.app_context():
            with transaction():
                pass
            bank.session.get(Ledger, 1).balance = 1
            bank.session.commit()

            assert balances() == [1, 50]


class TestOptions:
    def test_a_snapshot_sees_one_moment(self, app):
        with app.app_context(), transaction(read_only=True):
            before = balances()
            with app.app_context():
                bank.execute(update(Ledger).values(balance=0))

            assert balances() == before

    @pytest.mark.parametrize("statement", [update(Ledger).values(balance=0), text("DELETE FROM ledgers")])
    def test_a_snapshot_refuses_writes(self, app, statement):
        with app.app_context(), pytest.raises(DBAPIError, match=r"read-?only"), transaction(read_only=True):
            bank.execute(statement)

    def test_a_snapshot_leaves_nothing_behind(self, app):
        with app.app_context():
            with transaction(read_only=True):
                balances()
            with transaction() as session:
                session.get(Ledger, 1).balance = 1

            assert balances() == [1, 50]

    def test_a_snapshot_does_not_begin_with_changes_pending(self, app):
        with app.app_context():
            bank.session.add(Ledger(name="garden"))
            with pytest.raises(InvalidRequestError, match="commit them"), transaction(read_only=True):
                pass

            bank.session.commit()
            assert balances() == [100, 50, 0]

    def test_a_snapshot_cannot_hold_a_transaction_that_writes(self, app):
        refused = pytest.raises(InvalidRequestError, match="cannot be part")

        with app.app_context(), transaction(read_only=True), refused, transaction():
            pass

    def test_a_snapshot_can_be_part_of_a_snapshot_and_of_a_transaction(self, app):
        with app.app_context():
            with transaction(read_only=True), transaction(read_only=True):
                assert balances() == [100, 50]
            with transaction() as session:
                session.get(Ledger, 1).balance = 1
                with transaction(read_only=True):
                    assert balances() == [1, 50]

            assert balances() == [1, 50]

    @pytest.mark.postgres
    @pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
    def test_postgresql_gets_the_isolation_level_for_this_transaction_alone(self, postgres_app, level):
        def level_now():
            return bank.execute(text("SHOW transaction_isolation")).scalar().upper()

        with postgres_app.app_context():
            with transaction(isolation=level):
                assert level_now() == level
            with transaction():
                assert level_now() == "READ COMMITTED"

    def test_sqlite_takes_an_isolation_level_as_given(self, sqlite_app):
        with sqlite_app.app_context(), transaction(isolation="SERIALIZABLE"):
            assert balances() == [100, 50]

    def test_an_inner_one_cannot_choose_the_isolation_level(self, app):
        refused = pytest.raises(InvalidRequestError, match="outermost")

        with app.app_context(), transaction(), refused, transaction(isolation="SERIALIZABLE"):
            pass
