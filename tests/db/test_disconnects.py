"""A PostgreSQL server that ends connections, for real: pg_terminate_backend is what a restart does to each."""

from threading import Thread

import psycopg
import pytest
from ledgers import Ledger, bank
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import DBAPIError

from beastmode.core.errors import Problem
from beastmode.db import transaction
from beastmode.db.errors import problem_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def app(postgres_app):
    @postgres_app.errorhandler(DBAPIError)
    def answer(error):
        problem = problem_of(error)
        return problem.description, problem.code, problem.headers

    @postgres_app.get("/balance")
    def balance():
        return str(bank.execute(select(Ledger.balance).where(Ledger.id == 1)).scalar())

    @postgres_app.get("/name")
    def name():
        return bank.session.get(Ledger, 1).name

    @postgres_app.post("/balance")
    @transaction
    def add_one():
        bank.session.get(Ledger, 1).balance += 1
        return "done"

    return postgres_app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def end_connections(postgres_url):
    """Ends every connection to the database, as a restarting server does."""

    def end():
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            query = """
                SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
            return connection.execute(query).fetchone()[0]

    return end


@pytest.fixture
def opened(app):
    """One entry for each connection that is opened from now on."""
    seen = []
    engines = app.extensions["beastmode.database"].engines
    for engine in (engines.reader, engines.writer):
        event.listen(engine, "connect", lambda connection, _: seen.append(connection))
    return seen


class TestBetweenRequests:
    def test_the_next_requests_work_at_once(self, client, end_connections):
        client.get("/balance")
        client.post("/balance")
        assert end_connections() == 2

        answers = [client.get("/balance"), client.get("/name"), client.post("/balance"), client.get("/balance")]

        assert [answer.data for answer in answers] == [b"101", b"savings", b"done", b"102"]

    def test_only_dead_connections_are_replaced(self, client, end_connections, opened):
        client.get("/balance")
        end_connections()
        client.get("/balance")
        before = len(opened)

        for _ in range(3):
            client.get("/balance")

        assert len(opened) == before

    def test_every_thread_works_at_once(self, app, client, end_connections):
        answers = []

        def ask():
            answers.append(app.test_client().get("/balance").status_code)

        def ask_at_once():
            threads = [Thread(target=ask) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        ask_at_once()
        end_connections()
        ask_at_once()

        assert answers == [200] * 12


class TestDuringARequest:
    def test_a_read_outside_of_a_transaction_is_sent_again(self, app, end_connections):
        with app.app_context():
            bank.execute(select(Ledger.id))
            end_connections()

            assert bank.execute(select(Ledger.balance)).scalars().all() == [100, 50]

    def test_a_write_outside_of_a_transaction_is_not_sent_again(self, app, end_connections):
        with app.app_context():
            bank.execute(select(Ledger.id))
            end_connections()

            with pytest.raises(DBAPIError) as raised:
                bank.execute(update(Ledger).values(balance=Ledger.balance + 1))

        assert problem_of(raised.value).code == 503

    @pytest.mark.parametrize(
        "statement",
        [
            text("SELECT balance FROM ledgers"),
            select(update(Ledger).values(balance=1).returning(Ledger.id).cte()),
        ],
    )
    def test_what_might_write_is_not_sent_again(self, app, end_connections, statement):
        with app.app_context():
            bank.execute(select(Ledger.id))
            end_connections()

            with pytest.raises(DBAPIError):
                bank.execute(statement)

    def test_a_read_in_a_transaction_is_not_sent_again(self, app, end_connections):
        with app.app_context(), pytest.raises(DBAPIError) as raised, transaction():
            bank.execute(update(Ledger).values(balance=0))
            end_connections()
            bank.execute(select(Ledger.id))

        assert problem_of(raised.value).code == 503
        with app.app_context():
            assert bank.execute(select(Ledger.balance)).scalars().all() == [100, 50]

    def test_a_session_that_lost_its_connection_answers_503_and_the_next_request_works(
        self, app, client, end_connections
    ):
        @app.get("/unlucky")
        def unlucky():
            bank.session.get(Ledger, 1)
            end_connections()
            return bank.session.get(Ledger, 2).name

        answer = client.get("/unlucky")

        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert client.get("/name").data == b"savings"

    def test_a_statement_that_is_cut_off_answers_503_and_the_next_request_works(self, app, client, end_connections):
        @app.get("/slow")
        def slow():
            return str(bank.execute(text("SELECT pg_sleep(30)")).scalar())

        answers = []
        thread = Thread(target=lambda: answers.append(app.test_client().get("/slow")))
        thread.start()
        while not end_connections():
            pass
        thread.join()

        assert answers[0].status_code == 503
        assert client.get("/balance").data == b"100"

    def test_a_dead_connection_of_one_engine_discards_the_idle_ones_of_the_other(self, app, client, end_connections):
        client.get("/balance")
        client.post("/balance")
        engines = app.extensions["beastmode.database"].engines
        assert engines.reader.pool.checkedin() == 1

        with app.app_context(), pytest.raises(DBAPIError), transaction():
            bank.execute(select(Ledger.id))
            end_connections()
            bank.execute(select(Ledger.id))

        assert engines.reader.pool.checkedin() == 0


def test_a_statement_that_takes_too_long_is_ended_and_answers_503(postgres_url, make_app):
    app = make_app(postgres_url, database_statement_seconds=0.05)

    with app.app_context(), pytest.raises(DBAPIError) as raised:
        bank.execute(text("SELECT pg_sleep(30)"))

    assert problem_of(raised.value).code == 503


def test_a_pool_without_a_free_connection_answers_503(postgres_url, make_app):
    app = make_app(postgres_url, database_pool_size=1, database_timeout_seconds=0.1)

    with app.app_context():
        bank.execute(text("SELECT 1"))
        with app.app_context(), pytest.raises(Exception, match="QueuePool") as raised:
            bank.execute(text("SELECT 1"))

    assert problem_of(raised.value).code == 503
    with app.app_context():
        bank.execute(text("SELECT 1"))


def test_a_server_that_is_away_answers_503_and_works_when_it_is_back(make_app):
    app = make_app("postgresql://nobody@127.0.0.1:1/nothing")

    with app.app_context(), pytest.raises(DBAPIError) as raised:
        bank.execute(select(1))

    problem = problem_of(raised.value)
    assert isinstance(problem, Problem)
    assert problem.code == 503


def test_times_are_in_utc_whatever_the_server_thinks(postgres_app):
    with postgres_app.app_context():
        for engine in (bank.reader, bank.engine):
            with engine.connect() as connection:
                assert connection.scalar(text("SHOW timezone")) == "UTC"
                assert connection.scalar(text("SHOW statement_timeout")) == "30s"


def test_options_of_the_address_are_kept(postgres_url, make_app):
    app = make_app(f"{postgres_url}?options=-c%20work_mem%3D8MB&application_name=shop&connect_timeout=7")

    with app.app_context():
        seen = [bank.execute(text(f"SHOW {name}")).scalar() for name in ("work_mem", "application_name", "timezone")]

    assert seen == ["8MB", "shop", "UTC"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_say_postgresql_is_understood(postgres_url, make_app, scheme):
    app = make_app(postgres_url.replace("postgresql", scheme, 1))

    with app.app_context():
        assert bank.execute(text("SELECT 1")).scalar() == 1
