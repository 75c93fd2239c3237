import pytest
from shop import Maker, shop
from sqlalchemy import select

from beastmode.db import transaction


@pytest.fixture
def app(shop_app):
    return shop_app


def test_every_statement_inside_of_the_block_is_seen(app, queries):
    with app.app_context(), queries() as seen:
        shop.execute(select(Maker.id))
        shop.session.scalars(select(Maker.name)).all()

    assert len(seen) == 2
    assert seen[0].startswith("SELECT makers.id")
    assert "makers.name" in seen[1]


def test_statements_before_and_after_the_block_are_not_seen(app, queries):
    with app.app_context():
        shop.execute(select(Maker.id))
        with queries() as seen:
            shop.execute(select(Maker.name))
        shop.execute(select(Maker.id))

    assert len(seen) == 1


def test_transactions_are_not_counted_but_what_they_do_is(app, queries):
    with app.app_context(), queries() as seen, transaction():
        shop.session.add(Maker(name="Ada & Sons"))
        with transaction():
            shop.session.add(Maker(name="Grace & Daughters"))

    assert [statement.split()[0] for statement in seen] == ["INSERT", "INSERT"]


def test_a_block_inside_of_another_counts_for_both(app, queries):
    with app.app_context(), queries() as outer:
        shop.execute(select(Maker.id))
        with queries() as inner:
            shop.execute(select(Maker.id))

    assert (len(outer), len(inner)) == (2, 1)


def test_a_block_that_fails_stops_listening(app, queries):
    with pytest.raises(LookupError), queries() as seen:
        raise LookupError

    with app.app_context():
        shop.execute(select(Maker.id))

    assert seen == []
