from threading import Thread

import pytest
from flask import Flask
from ledgers import Ledger, LedgerEntry, bank
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from beastmode.core.errors import ConfigurationError
from beastmode.db import Database, current_database, transaction
from beastmode.db.settings import DatabaseSettings


def engines_of(app):
    return app.extensions["beastmode.database"].engines


def balance_of(name):
    return bank.execute(select(Ledger.balance).where(Ledger.name == name)).scalar()


def test_plain_add_and_commit_works(app):
    with app.app_context():
        bank.session.add(Ledger(name="garden", balance=7))
        bank.session.commit()

    with app.app_context():
        assert balance_of("garden") == 7


def test_plain_add_without_commit_leaves_nothing(app):
    with app.app_context():
        bank.session.add(Ledger(name="garden"))
        bank.session.flush()

    with app.app_context():
        assert balance_of("garden") is None


def test_a_plain_change_of_a_loaded_object_is_written(app):
    with app.app_context():
        ledger = bank.session.scalars(select(Ledger).where(Ledger.name == "house")).one()
        ledger.balance = 8
        bank.session.commit()

        assert balance_of("house") == 8


def test_text_sent_through_the_session_is_part_of_its_transaction(app):
    with app.app_context():
        bank.session.execute(text("UPDATE ledgers SET balance = 0"))
        bank.session.rollback()

        assert balance_of("savings") == 100


def test_what_the_database_fills_in_is_there_without_another_query(app):
    with app.app_context():
        ledger = Ledger(name="garden")
        bank.session.add(ledger)
        bank.session.commit()

        assert "opened_at" in vars(ledger)


def test_what_the_database_changes_by_itself_is_there_without_another_query(app):
    with app.app_context():
        ledger = bank.session.get(Ledger, 1)
        ledger.balance = 8
        bank.session.commit()

        assert "touched_at" in vars(ledger)


def test_an_object_stays_readable_after_the_commit_without_another_query(app):
    with app.app_context():
        ledger = bank.session.get(Ledger, 1)
        ledger.balance = 9
        bank.session.commit()
        bank.session.expunge(ledger)

        assert (ledger.name, ledger.balance) == ("savings", 9)


class TestWhereAStatementRuns:
    def connections(self, app):
        """How many connections to read and to write with are in use."""
        engines = engines_of(app)
        return engines.reader.pool.checkedout(), engines.writer.pool.checkedout()

    def test_nothing_is_opened_before_it_is_needed(self, app):
        with app.app_context():
            assert bank.session is not None

            assert self.connections(app) == (0, 0)

    def test_core_and_session_read_through_one_connection(self, app):
        with app.app_context():
            bank.execute(select(Ledger.id))
            bank.session.scalars(select(Ledger)).all()
            bank.session.get(Ledger, 1)

            assert self.connections(app) == (1, 0)

    def test_a_lazy_load_reads_from_the_reader(self, app):
        with app.app_context():
            assert bank.session.get(Ledger, 1).entries == []

            assert self.connections(app) == (1, 0)

    @pytest.mark.parametrize(
        "statement",
        [
            insert(Ledger).values(name="garden"),
            update(Ledger).values(balance=1),
            delete(LedgerEntry),
            text("SELECT 1"),
            select(Ledger).with_for_update(),
        ],
    )
    def test_what_may_write_or_lock_moves_the_session_to_the_writer(self, app, statement):
        with app.app_context():
            bank.session.execute(statement)

            assert self.connections(app) == (0, 1)

    def test_a_lock_on_one_object_moves_the_session_to_the_writer(self, app):
        with app.app_context():
            bank.session.get(Ledger, 1, with_for_update=True)

            assert self.connections(app) == (0, 1)

    def test_a_flush_moves_the_session_to_the_writer_and_a_commit_back(self, app):
        with app.app_context():
            bank.session.add(Ledger(name="garden"))
            bank.session.flush()
            assert self.connections(app) == (0, 1)

            bank.session.commit()
            bank.session.scalars(select(Ledger)).all()

            assert self.connections(app) == (1, 0)

    def test_a_rollback_moves_the_session_back_to_the_reader(self, app):
        with app.app_context():
            bank.session.execute(update(Ledger).values(balance=1))
            bank.session.rollback()
            bank.session.scalars(select(Ledger)).all()

            assert self.connections(app) == (1, 0)

    def test_a_core_statement_sees_what_the_session_has_written(self, app):
        with app.app_context():
            bank.session.get(Ledger, 1).balance = 5
            bank.session.flush()
            bank.session.add(Ledger(name="garden"))

            seen = bank.execute(select(Ledger.name, Ledger.balance).order_by(Ledger.id)).all()

            assert seen == [("savings", 5), ("house", 50), ("garden", 0)]

    def test_a_core_statement_joins_the_sessions_transaction(self, app):
        with app.app_context():
            bank.session.add(Ledger(name="garden"))
            bank.session.flush()
            bank.execute(update(Ledger).values(balance=0))
            bank.session.rollback()

            assert balance_of("savings") == 100

    def test_a_core_write_outside_of_a_transaction_is_committed_at_once(self, app):
        with app.app_context():
            bank.execute(update(Ledger).values(balance=0))
            with app.app_context():
                assert balance_of("savings") == 0

    def test_a_core_write_returns_rows(self, app):
        with app.app_context():
            statement = insert(Ledger).values(name="garden").returning(Ledger.id, Ledger.name)

            assert bank.execute(statement).one() == (3, "garden")

    def test_a_core_write_that_fails_writes_nothing_and_spoils_nothing(self, app):
        rows = [{"name": "garden"}, {"name": "house"}]

        with app.app_context():
            with pytest.raises(IntegrityError):
                bank.execute(insert(Ledger).values(rows))

            assert bank.execute(select(func.count()).select_from(Ledger)).scalar() == 2

    def test_values_are_bound_to_parameters(self, app):
        statement = text("SELECT balance FROM ledgers WHERE name = :name")

        with app.app_context():
            assert bank.execute(statement, {"name": "house"}).scalar() == 50


class TestWhatAnAppContextLeaves:
    def everything(self):
        bank.execute(select(Ledger.id))
        bank.session.scalars(select(Ledger)).all()
        bank.session.add(Ledger(name="garden"))
        bank.session.flush()

    def checked_out(self, app):
        engines = engines_of(app)
        return engines.reader.pool.checkedout() + engines.writer.pool.checkedout()

    def test_no_connection_outlives_it(self, app):
        with app.app_context():
            self.everything()
            assert self.checked_out(app) == 2

        assert self.checked_out(app) == 0

    def test_no_connection_outlives_it_when_it_ends_with_an_exception(self, app):
        with pytest.raises(ZeroDivisionError), app.app_context(), transaction():
            self.everything()
            raise ZeroDivisionError

        assert self.checked_out(app) == 0

    def test_no_session_outlives_it(self, app):
        with app.app_context():
            first = bank.session
            ledger = first.get(Ledger, 1)

        with app.app_context():
            assert bank.session is not first
            assert ledger not in bank.session
            assert not first.in_transaction()

    def test_contexts_do_not_share_a_session(self, app):
        with app.app_context():
            outer = bank.session
            with app.app_context():
                assert bank.session is not outer

            assert bank.session is outer

    def test_a_request_gives_back_what_it_opened(self, app):
        app.add_url_rule("/", view_func=lambda: (self.everything(), "done")[1])

        assert app.test_client().get("/").data == b"done"
        assert self.checked_out(app) == 0

    def test_requests_in_many_threads_give_back_what_they_opened(self, app):
        app.add_url_rule("/", view_func=lambda: str(balance_of("savings")))
        answers = []

        def ask():
            answers.extend(app.test_client().get("/").data for _ in range(20))

        threads = [Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert answers == [b"100"] * 80
        assert self.checked_out(app) == 0


def test_the_database_of_the_current_application_can_be_asked_for(app):
    with app.app_context():
        assert current_database() is bank


def test_an_application_without_a_database_says_what_to_do():
    with Flask("bare").app_context(), pytest.raises(ConfigurationError, match=r"db\.install"):
        bank.execute(select(1))


def test_an_application_has_one_database(app):
    with pytest.raises(ConfigurationError, match="only one"):
        Database().install(app, DatabaseSettings(environment="testing"))


def test_one_database_serves_many_applications(sqlite_app, postgres_app):
    with sqlite_app.app_context():
        bank.execute(update(Ledger).values(balance=1))

    with postgres_app.app_context():
        assert bank.engine.dialect.name == "postgresql"
        assert balance_of("savings") == 100


def test_installing_connects_to_nothing(make_app):
    make_app("postgresql://nobody@127.0.0.1:1/nothing")


def test_a_ping_is_silent_while_the_database_answers(app):
    with app.app_context():
        bank.ping()


def test_a_ping_says_that_the_database_is_away(make_app):
    app = make_app("postgresql://nobody@127.0.0.1:1/nothing")

    with app.app_context(), pytest.raises(OperationalError):
        bank.ping()
