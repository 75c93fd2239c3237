from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from shop import Article, Box, Branch, Clerk, Folder, Maker, Passport, Region, Size, shop
from sqlalchemy import func, select

from beastmode.core.errors import ConfigurationError


@pytest.fixture
def app(shop_app):
    return shop_app


def count(app, model):
    with app.app_context():
        return shop.session.scalar(select(func.count()).select_from(model))


def test_a_row_gets_a_value_for_each_column_that_needs_one(factory):
    article = factory(Article)

    assert article.id == 1
    assert article.title == "title 1"
    assert article.code == "0001"
    assert article.size is Size.SMALL
    assert article.season == "spring"
    assert (article.stock, article.weight, article.is_sold) == (1, 1.0, False)
    assert (article.price, article.share) == (Decimal(1), Decimal(0))
    assert article.made_at == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    assert article.noted_at == datetime(2026, 1, 1, 0, 1)  # noqa: DTZ001 - the column has no time zone
    assert (article.sold_from, article.opens_at) == (date(2026, 1, 2), time(0, 1))
    assert article.lasts == timedelta(minutes=1)
    assert (article.key, article.reference) == (UUID(int=1), str(UUID(int=1)))
    assert (article.picture, article.extras) == (b"picture 1", {})


def test_what_fills_itself_in_is_left_to_itself(factory):
    article = factory(Article)

    assert article.remark is None
    assert article.rank == 7
    assert article.added_at is not None
    assert article.doubled == 2


def test_rows_of_one_model_differ_in_the_same_way_in_every_run(factory):
    titles = [factory(Article).title for _ in range(3)]

    assert titles == ["title 1", "title 2", "title 3"]


def test_a_value_that_is_given_stands(factory):
    article = factory(Article, title="Loom", remark="as new", rank=0)

    assert (article.title, article.remark, article.rank) == ("Loom", "as new", 0)


def test_a_row_that_is_needed_is_made_too(app, factory):
    article = factory(Article)

    assert article.maker_id == 1
    assert count(app, Maker) == 1


def test_a_row_that_is_given_is_not_made_again(app, factory):
    maker = factory(Maker, name="Ada & Sons")

    by_relation, by_key = factory(Article, maker=maker), factory(Article, maker_id=maker.id)

    assert (by_relation.maker_id, by_key.maker_id) == (maker.id, maker.id)
    assert by_relation.maker.name == "Ada & Sons"
    assert count(app, Maker) == 1


def test_a_foreign_key_of_several_columns_gets_one_row(app, factory):
    branch = factory(Branch)

    assert (branch.country, branch.region) == ("01", 1)
    assert count(app, Region) == 1


def test_the_part_of_a_foreign_key_that_is_given_stands(factory):
    branch = factory(Branch, country="NZ")

    assert (branch.country, branch.region) == ("NZ", 1)


def test_a_key_that_is_a_foreign_key_follows_the_row_it_belongs_to(factory):
    factory(Maker)

    passport = factory(Passport)

    assert passport.maker_id == 2


def test_a_subclass_gets_the_key_and_the_kind_of_its_parent(factory):
    clerk = factory(Clerk)

    assert (clerk.id, clerk.kind, clerk.desk) == (1, "clerk", 1)


def test_a_row_that_may_refer_to_nothing_refers_to_nothing(factory):
    folder = factory(Folder)

    assert folder.parent_id is None


def test_rows_that_need_each_other_first_are_refused_with_what_to_do(factory):
    with pytest.raises(ValueError, match="Box -> Box: each requires the other to exist first"):
        factory(Box)


def test_a_row_is_committed_for_every_connection_to_see(app, factory):
    factory(Maker)

    assert count(app, Maker) == 1


def test_a_factory_that_fails_leaves_nothing_behind(app, factory):
    with pytest.raises(TypeError):
        factory(Article, colour="red")

    assert count(app, Maker) == 0


def test_a_row_belongs_to_the_session_of_a_test_that_has_one_open(app, factory):
    with app.app_context():
        maker = factory(Maker)

        assert maker in shop.session


def test_people_need_an_application_with_accounts(factory):
    with pytest.raises(ConfigurationError, match="has no accounts"):
        factory.account()
