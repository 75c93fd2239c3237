"""A hybrid whose SQL has plain Python values shows what they are at the time of each run, as a new select would."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from filled import library
from flask import Flask
from marshmallow import Schema, fields
from sqlalchemy import ForeignKey, Integer, bindparam, case, func, insert, literal, select
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from beastmode.core.errors import ConfigurationError
from beastmode.db import Database, UtcDateTime
from beastmode.db.settings import DatabaseSettings
from beastmode.query import Window, loading

RUNS = 10
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class State:
    """What the hybrids look at; another with each run."""

    hour = 0
    person = 1
    other_sql = False


def clock():
    return NOON + timedelta(hours=State.hour)


class Base(DeclarativeBase):
    pass


class Shop(Base):
    __tablename__ = "shops_of_each_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    offers: Mapped[list["Offer"]] = relationship(order_by="Offer.id", back_populates="shop")

    @hybrid_property
    def is_mine(self):
        return self.owner_id == State.person


class Offer(Base):
    __tablename__ = "offers_of_each_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey(Shop.id))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    first: Mapped[str] = mapped_column(default="a")
    last: Mapped[str] = mapped_column(default="b")
    shop: Mapped[Shop] = relationship(back_populates="offers")

    @hybrid_property
    def is_open(self):
        return self.until > clock()

    @hybrid_property
    def name(self):
        return self.first + " " + self.last

    @hybrid_property
    def is_near(self): ...

    @is_near.inplace.expression
    @classmethod
    def _is_near(cls):
        return cls.id.in_(range(1, 1 + State.hour % 3))

    @hybrid_property
    def kind(self): ...

    @kind.inplace.expression
    @classmethod
    def _kind(cls):
        return case((cls.id == State.hour % 4, literal("this")), else_="another") + bindparam(
            "suffix", f" {State.hour}"
        )

    @hybrid_property
    def distance(self): ...

    @distance.inplace.expression
    @classmethod
    def _distance(cls):
        return func.abs(cls.id - bindparam(None, type_=Integer, callable_=lambda: State.hour))

    @hybrid_property
    def sometimes(self): ...

    @sometimes.inplace.expression
    @classmethod
    def _sometimes(cls):
        return cls.id + State.hour if State.other_sql else cls.id * State.hour


class ShopShown(Schema):
    id = fields.Integer()
    is_mine = fields.Boolean()


class OfferShown(Schema):
    id = fields.Integer()
    is_open = fields.Boolean()
    is_near = fields.Boolean()
    kind = fields.String()
    distance = fields.Integer()
    name = fields.String()


class WithShop(OfferShown):
    shop = fields.Nested(ShopShown)


class WithOffers(ShopShown):
    offers = fields.List(fields.Nested(OfferShown))


class Beneath(Schema):
    shop = fields.Nested(WithOffers)
    is_open = fields.Boolean()


SHOWN = ("id", "is_open", "is_near", "kind", "distance", "name")
database = Database(Base.metadata)


@pytest.fixture(autouse=True)
def app(library_app) -> Iterator[Flask]:
    with library_app.app_context():
        url = library.engine.url.render_as_string(hide_password=False)
    app = Flask("offers")
    database.install(app, DatabaseSettings(environment="testing", database_url=url))
    with app.app_context():
        Base.metadata.drop_all(database.engine)
        Base.metadata.create_all(database.engine)
        database.execute(insert(Shop), [{"id": 1, "owner_id": 1}, {"id": 2, "owner_id": 2}])
        database.execute(
            insert(Offer),
            [
                {"id": n, "shop_id": 1 + n % 2, "until": NOON + timedelta(hours=n), "first": "a", "last": "b"}
                for n in (1, 2, 3)
            ],
        )
        State.hour, State.person, State.other_sql = 0, 1, False
        yield app
        database.session.close()
        Base.metadata.drop_all(database.engine)
    app.extensions["beastmode.database"].engines.dispose()


def offers(*criteria):
    """What SQLAlchemy's own select gives now."""
    columns = [getattr(Offer, name) for name in SHOWN]
    rows = database.session.execute(select(*columns).where(*criteria).order_by(Offer.id)).all()
    return [{**dict(zip(SHOWN, row, strict=True)), "is_open": bool(row[1]), "is_near": bool(row[2])} for row in rows]


def shops():
    return [{"id": each, "is_mine": each == State.person} for each in (1, 2)]


def with_shop(offer):
    return {**offer, "shop": shops()[offer["id"] % 2]}


def with_offers(shop):
    return {**shop, "offers": offers(Offer.shop_id == shop["id"])}


EVERY = {
    "all": lambda found: found.all().data,
    "some": lambda found: found.all(limit=9).data,
    "page": lambda found: found.page(Window(orderings=(), limit=10, offset=0, count_limit=100)).items,
    "after": lambda found: found.page(Window(orderings=(), limit=10)).items,
    "one by one": lambda found: [found.get(key).data for key in range(1, len(found.all().data) + 1)],
    "first": lambda found: [found.first().data, *found.all().data[1:]],
}
SCHEMAS = {
    "columns": (OfferShown, Offer, offers),
    "a joined row": (WithShop, Offer, lambda: [with_shop(offer) for offer in offers()]),
    "a list": (WithOffers, Shop, lambda: [with_offers(shop) for shop in shops()]),
    "a list of a joined row": (
        Beneath,
        Offer,
        lambda: [{"shop": with_offers(shops()[o["id"] % 2]), "is_open": o["is_open"]} for o in offers()],
    ),
}


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("way", EVERY)
def test_each_run_reads_with_its_own_values(schema, way):
    schema, model, expected = SCHEMAS[schema]
    found = loading(schema, model)
    assert found.falls_back is None

    for number in range(RUNS):
        State.hour, State.person = number % 5, 1 + number % 2
        assert EVERY[way](found) == expected()


@pytest.mark.parametrize("schema", ["columns", "a joined row"])
def test_each_run_writes_and_shows_with_its_own_values(schema):
    schema, model, expected = SCHEMAS[schema]
    found = loading(schema, model)

    for number in range(RUNS):
        State.hour, State.person = number % 5, 1 + number % 2
        new = found.insert(shop_id=1 + (4 + number) % 2, until=NOON + timedelta(hours=2), id=4 + number)
        assert new.data == expected()[-1]
        assert found.update(1, {"last": str(number)}).data == expected()[0]


def test_a_value_that_is_bound_wins():
    found = loading(OfferShown, Offer).bind(suffix="!")

    for number in range(RUNS):
        State.hour = number
        assert found.get(1).data["kind"].endswith("!")


def test_sql_that_is_another_each_time_is_refused_by_name():
    found = loading(Schema.from_dict({"sometimes": fields.Integer()}), Offer)
    State.hour = 3
    assert found.get(1).data == {"sometimes": 3}
    State.other_sql = True

    with pytest.raises(ConfigurationError) as refusal:
        found.get(1)

    assert str(refusal.value) == (
        "Offer.sometimes returned different SQL than when the statement was built; only its values may change from one "
        "execution to the next. Write a single expression, for example with case()."
    )


def test_what_has_no_changing_value_is_asked_for_once(monkeypatch):
    asked = []
    original = Offer.__mapper__.all_orm_descriptors["name"]
    found = loading(Schema.from_dict({"name": fields.String()}), Offer)
    for _ in range(5):  # as often as it takes for the statement to be kept
        found.all()

    monkeypatch.setattr(type(original), "__get__", lambda *about: asked.append(about))
    for _ in range(RUNS):
        assert found.all().data[0] == {"name": "a b"}

    assert asked == []


def test_parameters_of_a_nested_list_are_given_by_bind():
    class Mine(OfferShown):
        mine = fields.Boolean()

    Offer.mine = hybrid_property(lambda _: None).expression(lambda cls: cls.id == bindparam("me", type_=Integer))
    try:
        shops = loading(Schema.from_dict({"offers": fields.List(fields.Nested(Mine(only=("id", "mine"))))}), Shop)
        for me in (1, 2, 3):
            assert shops.bind(me=me).get(2).data == {"offers": [{"id": 1, "mine": me == 1}, {"id": 3, "mine": me == 3}]}
            assert shops.bind(me=me).all().data[0] == {"offers": [{"id": 2, "mine": me == 2}]}
    finally:
        del Offer.mine
