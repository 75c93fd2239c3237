"""A migration changes a table whose statements an application has prepared: PostgreSQL refuses those for ever."""

import psycopg
import pytest
from ledgers import Ledger, bank
from marshmallow import Schema, fields
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import NotSupportedError

from beastmode.db import transaction
from beastmode.query import loading

pytestmark = pytest.mark.postgres

RUNS = 8
"""psycopg prepares what it has sent five times."""


class LedgerShown(Schema):
    id = fields.Integer()
    name = fields.String()
    balance = fields.Integer()


class LedgerByItself(LedgerShown):
    loud = fields.Function(lambda ledger: ledger.name.upper())


ledgers = loading(LedgerShown, Ledger)
entities = loading(LedgerByItself, Ledger)
names = iter(f"ledger {number}" for number in range(100_000))


def read_in_a_transaction():
    with transaction():
        return ledgers.get(1).data["id"]


def read_twice_in_a_transaction():
    with transaction() as session:
        return session.get(Ledger, 2).id + ledgers.get(1).data["id"] - 2


def read_in_a_savepoint():
    with transaction() as session, session.begin_nested():
        return ledgers.get(1).data["id"]


def read_a_snapshot():
    with transaction(read_only=True) as session:
        return session.scalars(select(Ledger).where(Ledger.id == 1)).one().id


def read_in_isolation():
    with transaction(isolation="SERIALIZABLE"):
        return ledgers.get(1).data["id"]


@transaction
def write_and_read():
    ledgers.insert(name=next(names))
    bank.execute(update(Ledger).where(Ledger.id == 1).values(balance=Ledger.balance + 1).returning(Ledger.name))
    return ledgers.get(1).data["id"]


def add_an_entity():
    bank.session.add(Ledger(name=next(names)))
    bank.session.commit()
    return 1


def change_an_entity():
    bank.session.get(Ledger, 1).balance += 1
    bank.session.commit()
    return 1


def insert_and_delete():
    key = ledgers.insert(name=next(names)).data["id"]
    ledgers.delete(key)
    return 1


def use_the_engine():
    with bank.engine.begin() as connection:
        return connection.execute(select(Ledger.id, Ledger.name).where(Ledger.id == 1)).one().id


def use_the_reader():
    with bank.reader.connect() as connection:
        return connection.execute(select(Ledger.id, Ledger.name).where(Ledger.id == 1)).one().id


def use_psycopg():
    driver = bank.session.connection().connection.driver_connection
    return driver.execute("SELECT id, name FROM ledgers WHERE id = %s", [1]).fetchone()[0]


WAYS = {
    "a loading's row": lambda: ledgers.get(1).data["id"],
    "a loading's entity": lambda: entities.get(1).data["id"],
    "a list": lambda: ledgers.order_by(Ledger.id).first().data["id"],
    "Core": lambda: bank.execute(select(Ledger.id, Ledger.name).where(Ledger.id == 1)).one().id,
    "text": lambda: bank.execute(text("SELECT * FROM ledgers WHERE id = 1")).one().id,
    "a session": lambda: bank.session.scalars(select(Ledger).where(Ledger.id == 1)).one().id,
    "an INSERT": lambda: ledgers.insert(name=next(names)) and 1,
    "an UPDATE": lambda: ledgers.update(1, {"balance": 7}).data["id"],
    "an INSERT of Core": lambda: bank.execute(insert(Ledger).values(name=next(names)).returning(Ledger)) and 1,
    "a DELETE of Core": lambda: bank.execute(delete(Ledger).where(Ledger.id < 0).returning(Ledger)) and 1,
    "an INSERT of an entity": lambda: entities.insert(name=next(names)) and 1,
    **{
        each.__name__.replace("_", " "): each
        for each in (
            *(read_in_a_transaction, read_twice_in_a_transaction, read_in_a_savepoint, read_a_snapshot),
            *(read_in_isolation, write_and_read, add_an_entity, change_an_entity, insert_and_delete),
            *(use_the_engine, use_the_reader, use_psycopg),
        )
    },
}

CHANGES = (
    "ALTER TABLE ledgers ALTER COLUMN name TYPE varchar(80)",
    "ALTER TABLE ledgers ADD COLUMN extra integer",
    "ALTER TABLE ledgers RENAME COLUMN extra TO other",
    "ALTER TABLE ledgers ALTER COLUMN name TYPE text",
    "ALTER TABLE ledgers DROP COLUMN other",
    "ALTER TABLE ledgers ALTER COLUMN balance TYPE bigint",
)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_run_a_statement_goes_on(postgres_app, postgres_url, way):
    def run() -> int:
        with postgres_app.app_context():
            return WAYS[way]()

    with psycopg.connect(postgres_url, autocommit=True) as migration:
        for change in CHANGES:
            assert [run() for _ in range(RUNS)] == [1] * RUNS

            migration.execute(change)

            assert run() == 1
        assert [run() for _ in range(RUNS)] == [1] * RUNS


def test_a_write_is_made_once(postgres_app, postgres_url):
    with postgres_app.app_context(), psycopg.connect(postgres_url, autocommit=True) as migration:
        for _ in range(RUNS):
            ledgers.update(1, {"balance": 1})
        add = update(Ledger).where(Ledger.id == 1).values(balance=Ledger.balance + 1).returning(Ledger)
        for _ in range(RUNS):
            bank.execute(add)
        migration.execute("ALTER TABLE ledgers ALTER COLUMN name TYPE text")

        bank.execute(add)

        assert ledgers.get(1).data["balance"] == 1 + RUNS + 1


def test_statements_that_somebody_else_has_discarded_are_prepared_again(postgres_app):
    with postgres_app.app_context():
        for _ in range(RUNS):
            assert ledgers.get(1).data["id"] == 1
        with bank.reader.connect() as connection:
            connection.connection.driver_connection.pgconn.exec_(b"DEALLOCATE ALL")

        assert ledgers.get(1).data["id"] == 1


def test_what_was_written_before_in_a_transaction_is_not_lost(postgres_app, postgres_url):
    read = select(Ledger.id, Ledger.name).where(Ledger.id == 1)
    with postgres_app.app_context(), psycopg.connect(postgres_url, autocommit=True) as migration:
        for _ in range(2 * RUNS):
            with transaction():
                bank.execute(read)
        migration.execute("ALTER TABLE ledgers ALTER COLUMN name TYPE text")

        with transaction():
            bank.execute(insert(Ledger).values(name="kept"))
            bank.execute(read)

        assert bank.execute(select(Ledger.id).where(Ledger.name == "kept")).scalar() is not None


def test_what_postgresql_really_cannot_do_is_refused_as_before(postgres_app):
    nullable = text("SELECT 1 FROM ledgers LEFT JOIN ledgers other ON false FOR UPDATE OF other")

    with postgres_app.app_context(), pytest.raises(NotSupportedError, match="nullable side"):
        bank.execute(nullable)
