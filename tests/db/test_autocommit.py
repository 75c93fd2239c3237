"""What needs a newer SQLAlchemy is asked at run time; older ones are served by a plain way."""

import pytest
from ledgers import Bank, Ledger, bank
from sqlalchemy import insert, select

from beastmode.db.engines import autocommit


@pytest.mark.parametrize("can_skip", [True, False])
def test_a_read_leaves_the_transaction_of_a_database_in_memory_open(make_app, monkeypatch, can_skip):
    if can_skip and not autocommit.CAN_SKIP:
        pytest.skip("this SQLAlchemy cannot be told")
    monkeypatch.setattr(autocommit, "CAN_SKIP", can_skip)
    with make_app("sqlite://").app_context():
        Bank.metadata.create_all(bank.engine)
        with bank.engine.begin() as writer:
            writer.execute(insert(Ledger).values(name="savings", balance=1))
            with bank.reader.connect() as reader:
                reader.execute(select(Ledger.id)).all()

        assert bank.execute(select(Ledger.name)).all() == [("savings",)]


@pytest.mark.postgres
@pytest.mark.parametrize("can_skip", [True, False])
def test_a_reader_writes_by_itself_and_leaves_no_transaction(make_app, postgres_url, monkeypatch, can_skip):
    if can_skip and not autocommit.CAN_SKIP:
        pytest.skip("this SQLAlchemy cannot be told")
    monkeypatch.setattr(autocommit, "CAN_SKIP", can_skip)
    with make_app(postgres_url).app_context():
        Bank.metadata.create_all(bank.engine)
        with bank.reader.connect() as reader:
            reader.execute(insert(Ledger).values(name="savings", balance=1))

        assert bank.execute(select(Ledger.name)).all() == [("savings",)]
