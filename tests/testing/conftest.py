import pytest
from flask import Flask
from shop import shop
from sqlalchemy import text

from beastmode import Beastmode
from servers import scratch_postgres


@pytest.fixture(scope="session")
def shop_on_postgres():
    """A shop that its tests share, since making a database there takes longer than most of them."""
    with scratch_postgres() as url:
        app = make_shop(url)
        yield app
        close(app)


@pytest.fixture
def shop_on_sqlite(tmp_path):
    app = make_shop(f"sqlite:///{tmp_path / 'shop.db'}")
    yield app
    close(app)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop_app(request):
    """A shop with tables and no rows, on either database."""
    app = request.getfixturevalue(f"shop_on_{request.param}")
    if request.param == "postgres":
        tables = ", ".join(shop.metadata.tables)
        with app.app_context(), shop.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    return app


def make_shop(url):
    app = Flask("shop")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=url)
    Beastmode(app, database=shop)
    with app.app_context():
        shop.metadata.create_all(shop.engine)
    return app


def close(app):
    app.extensions["beastmode.database"].engines.dispose()
