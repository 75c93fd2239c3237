import pytest
from ledgers import Ledger, LedgerEntry, bank
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from beastmode.core.errors import LazyLoadError
from beastmode.db import transaction
from beastmode.db.lazy import serialising


@pytest.fixture
def app(sqlite_app):
    with sqlite_app.app_context(), transaction() as session:
        session.add_all([LedgerEntry(ledger_id=1, amount=5), LedgerEntry(ledger_id=2, amount=6)])
    return sqlite_app


def ledgers(*options):
    return bank.session.scalars(select(Ledger).options(*options).order_by(Ledger.id)).all()


def test_a_relation_that_was_not_loaded_is_refused_by_name(app):
    with app.app_context():
        ledger = bank.session.get(Ledger, 1)

        with pytest.raises(LazyLoadError, match=r"LedgerSchema needs Ledger\.entries"), serialising("LedgerSchema"):
            _ = ledger.entries


def test_a_relation_to_one_is_refused_by_name(app):
    with app.app_context():
        entry = bank.session.get(LedgerEntry, 1)

        with pytest.raises(LazyLoadError, match=r"EntrySchema needs LedgerEntry\.ledger"), serialising("EntrySchema"):
            _ = entry.ledger


def test_a_deferred_column_is_refused_by_name(app):
    with app.app_context():
        ledger = bank.session.get(Ledger, 1)

        with pytest.raises(LazyLoadError, match=r"LedgerSchema needs Ledger\.note"), serialising("LedgerSchema"):
            _ = ledger.note


@pytest.mark.parametrize("option", [selectinload(Ledger.entries), joinedload(Ledger.entries)])
def test_a_relation_that_was_loaded_is_free(app, option):
    with app.app_context():
        found = bank.session.scalars(select(Ledger).options(option)).unique().all()

        with serialising("LedgerSchema"):
            assert [len(ledger.entries) for ledger in found] == [1, 1]


def test_a_query_of_its_own_may_be_run_while_serialising(app):
    with app.app_context(), serialising("LedgerSchema"):
        assert len(ledgers(selectinload(Ledger.entries))) == 2
        assert bank.session.get(LedgerEntry, 1).amount == 5


def test_what_a_transaction_has_changed_may_be_read_again(app):
    with app.app_context():
        ledger = bank.session.get(Ledger, 1)
        with transaction():
            ledger.balance = 7

        with serialising("LedgerSchema"):
            assert (ledger.name, ledger.balance) == ("savings", 7)


def test_reading_many_again_one_by_one_is_refused(app):
    with app.app_context():
        found = ledgers()
        with transaction():
            pass

        with pytest.raises(LazyLoadError, match=r"LedgerSchema needs .*Ledger\.name"), serialising("LedgerSchema"):
            _ = [ledger.name for ledger in found]


def test_a_lazy_load_elsewhere_is_nobodys_business(app):
    with app.app_context():
        with serialising("LedgerSchema"):
            pass

        assert len(bank.session.get(Ledger, 1).entries) == 1


def test_production_loads_rather_than_fails(app, sqlite_url, make_app):
    production = make_app(sqlite_url, environment="production")

    with production.app_context():
        ledger = bank.session.get(Ledger, 1)
        with serialising("LedgerSchema"):
            assert len(ledger.entries) == 1
