"""Which tables a commit has changed is told after it, however they were changed."""

import pytest
from flask import Flask, current_app
from marshmallow import Schema, fields
from sqlalchemy import ForeignKey, MetaData, delete, insert, text, update
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.db import Base, Database, transaction
from beastmode.db.changes import tell_changes
from beastmode.db.settings import DatabaseSettings
from beastmode.query import loading
from beastmode.testing import Queries


class Vault(Base):
    __abstract__ = True
    metadata = MetaData()


class Ledger(Vault):
    __tablename__ = "ledgers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Entry(Vault):
    """A line of a ledger, which the database deletes with it."""

    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))


class Note(Vault):
    """What is said about a line, which the database deletes with that."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"))


class LedgerShown(Schema):
    id = fields.Integer()
    name = fields.String()


vault = Database(Vault.metadata)
ledgers = loading(LedgerShown, Ledger)


def opened(url):
    app = Flask("vault")
    vault.install(app, DatabaseSettings(environment="testing", database_url=url))
    heard = []
    with app.app_context():
        Vault.metadata.create_all(vault.engine)
        vault.execute(insert(Ledger), {"name": "savings"})
        tell_changes(app.extensions["beastmode.database"], lambda tables: heard.append(sorted(tables)))
        yield heard
    app.extensions["beastmode.database"].engines.dispose()


@pytest.fixture
def told(sqlite_url):
    """What is told, in an application context."""
    yield from opened(sqlite_url)


@pytest.fixture
def told_by_postgres(postgres_url):
    yield from opened(postgres_url)


def flush():
    vault.session.add(Ledger(name="garden"))
    vault.session.commit()


def change_in_a_session():
    vault.session.execute(update(Ledger).values(name="garden"))
    vault.session.commit()


def change_by_text():
    vault.session.execute(text("UPDATE ledgers SET name = 'garden'"))
    vault.session.commit()


WRITES = {
    "flush": flush,
    "statement of the session": change_in_a_session,
    "text": change_by_text,
    "Database.execute": lambda: vault.execute(insert(Ledger), {"name": "garden"}),
    "text of Database.execute": lambda: vault.execute(text("UPDATE Ledgers SET name = 'garden'")),
    "insert of a loading": lambda: ledgers.insert(name="garden"),
    "update of a loading": lambda: ledgers.update(1, {"name": "garden"}),
}
DELETIONS = {
    "entity": lambda: (vault.session.delete(vault.session.get(Ledger, 1)), vault.session.commit()),
    "Database.execute": lambda: vault.execute(delete(Ledger)),
    "text": lambda: vault.execute(text("DELETE FROM ledgers")),
    "loading": lambda: ledgers.delete(1),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_changed_table_is_told_once(told, write):
    write()

    assert told == [["ledgers"]]


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_the_tables_of_a_transaction_are_told_when_it_is_committed(told, write):
    with transaction() as session:
        session.commit = session.flush  # the writes above end the session's own transaction
        write()
        del session.commit
        assert told == []

    assert told == [["ledgers"]]


@pytest.mark.parametrize("deletion", DELETIONS.values(), ids=DELETIONS)
def test_what_the_database_deletes_with_a_row_is_told_too(told, deletion):
    deletion()

    assert told == [["entries", "ledgers", "notes"]]


def test_a_rollback_is_not_told(told):
    with pytest.raises(RuntimeError), transaction():
        ledgers.insert(name="garden")
        raise RuntimeError

    assert told == []


def test_reading_is_not_told(told):
    ledgers.all()
    vault.session.get(Ledger, 1)
    vault.execute(text("SELECT * FROM ledgers"))

    assert told == []


def test_a_row_that_was_not_there_is_not_told(told):
    with pytest.raises(Exception, match="404"):
        ledgers.delete(99)

    assert told == []


def test_a_write_that_is_committed_by_itself_is_told_while_the_session_has_changes(told):
    """A rollback of the session does not take it back."""
    vault.session.add(Ledger(name="pending"))
    ledgers.insert(name="garden")
    vault.session.rollback()

    assert told == [["ledgers"]]


def test_loadings_still_write_with_one_statement(told):
    """Listening to flushes does not make a loading write through entities."""
    with Queries(current_app)() as sent:
        ledgers.update(1, {"name": "garden"})

    assert [statement.split()[0] for statement in sent] == ["UPDATE"]


@pytest.mark.postgres
def test_what_bypasses_sqlalchemy_is_told_too(told_by_postgres):
    """On PostgreSQL, a loading sends its statements to the driver itself."""
    ledgers.insert(name="garden")
    ledgers.update(1, {"name": "house"})
    ledgers.delete(1)

    assert told_by_postgres == [["ledgers"], ["ledgers"], ["entries", "ledgers", "notes"]]
