import sqlite3

import pytest
from ledgers import Ledger, LedgerEntry, bank
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm.exc import StaleDataError

from beastmode.db import transaction
from beastmode.db.errors import problem_of

TAKEN = insert(Ledger).values(name="savings")
TAKEN_KEY = insert(Ledger).values(id=1, name="garden")
NO_PARENT = insert(LedgerEntry).values(ledger_id=99, amount=1)
BELOW_ZERO = update(Ledger).values(balance=-1)
WITHOUT_NAME = insert(Ledger).values(name=None)
TOO_LARGE = insert(Ledger).values(name="garden", balance=2**70)


def problem_with(statement):
    with pytest.raises(Exception) as raised:  # noqa: PT011 - which kind it is differs between the drivers
        bank.execute(statement)
    return problem_of(raised.value)


@pytest.mark.parametrize(
    ("statement", "status"),
    [(TAKEN, 409), (TAKEN_KEY, 409), (NO_PARENT, 409), (BELOW_ZERO, 422), (WITHOUT_NAME, 422), (TOO_LARGE, 422)],
)
def test_a_refused_write_says_what_the_client_can_do(app, statement, status):
    with app.app_context():
        problem = problem_with(statement)

    assert problem.code == status


def test_deleting_what_something_refers_to_is_a_conflict(app):
    with app.app_context():
        bank.execute(insert(LedgerEntry).values(ledger_id=1, amount=1))

        assert problem_with(delete(Ledger)).code == 409


@pytest.mark.parametrize("statement", [TAKEN, NO_PARENT, BELOW_ZERO, WITHOUT_NAME, TOO_LARGE])
def test_nothing_of_the_database_is_shown(app, statement):
    with app.app_context():
        problem = problem_with(statement)

    shown = f"{problem.description} {problem.details}".lower()
    assert problem.details is None
    assert not [word for word in ("insert", "ledger", "savings", "constraint", "key", "sql") if word in shown]


def test_text_that_postgresql_cannot_store_is_unacceptable(postgres_app):
    with postgres_app.app_context():
        assert problem_with(insert(Ledger).values(name="a\0b")).code == 422
        assert problem_with(insert(Ledger).values(name="x" * 41)).code == 422


@pytest.mark.parametrize("statement", [text("SELECT * FROM nothing"), text("SELEC 1"), text("SELECT nothing")])
def test_a_mistake_in_the_program_is_no_problem_of_the_client(app, statement):
    with app.app_context():
        assert problem_with(statement) is None


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("x"), OverflowError("too large"), sqlite3.Error("bare")])
def test_an_error_of_something_else_is_left_alone(error):
    assert problem_of(error) is None


def test_a_row_that_another_deleted_in_the_meantime_is_a_conflict(app):
    with app.app_context():
        ledger = bank.session.get(Ledger, 1)
        with app.app_context():
            bank.execute(delete(Ledger))
        ledger.balance = 5

        with pytest.raises(StaleDataError) as raised:
            bank.session.commit()

    assert problem_of(raised.value).code == 409


def test_a_locked_sqlite_answers_503_and_works_when_it_is_free(sqlite_url, sqlite_app, make_app):
    impatient = make_app(sqlite_url, database_timeout_seconds=0.1)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with impatient.app_context():
        problem = problem_with(update(Ledger).values(balance=0))
        with pytest.raises(Exception, match="locked") as raised, transaction() as session:
            session.get(Ledger, 1)

    assert problem.code == problem_of(raised.value).code == 503
    assert problem.headers == {"Retry-After": "1"}
    other.close()
    with impatient.app_context():
        bank.execute(update(Ledger).values(balance=0))


def test_a_lock_that_postgresql_will_not_wait_for_answers_503(postgres_app):
    with postgres_app.app_context(), transaction() as session:
        session.get(Ledger, 1, with_for_update=True)
        with postgres_app.app_context(), pytest.raises(Exception, match="lock") as raised, transaction() as other:
            other.get(Ledger, 1, with_for_update={"nowait": True})

    assert problem_of(raised.value).code == 503


def test_a_sqlite_file_that_cannot_be_opened_answers_503(tmp_path, make_app):
    app = make_app(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")

    with app.app_context():
        assert problem_with(select(1)).code == 503
