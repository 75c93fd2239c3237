from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from ledgers import Bank, Ledger, bank
from sqlalchemy import insert

from beastmode.db.settings import DatabaseSettings
from servers import empty_postgres, scratch_postgres

MakeApp = Callable[..., Flask]


@pytest.fixture
def sqlite_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'scratch.db'}"


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[str]:
    with scratch_postgres() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_database) -> str:
    empty_postgres(postgres_database)
    return postgres_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request) -> str:
    """A database of its own for each test, which is run once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture
def make_app() -> Iterator[MakeApp]:
    """Makes applications that have the bank, on an address and with settings of one's choice."""
    apps = []

    def make(url: str, **settings) -> Flask:
        app = Flask("bank")
        bank.install(app, DatabaseSettings(**{"environment": "testing", "database_url": url} | settings))
        apps.append(app)
        return app

    yield make
    for app in apps:
        app.extensions["beastmode.database"].engines.dispose()


@pytest.fixture
def app(database_url, make_app) -> Flask:
    """An application whose bank has two ledgers: "savings" with 100 and "house" with 50."""
    return with_ledgers(make_app(database_url))


@pytest.fixture
def sqlite_app(sqlite_url, make_app) -> Flask:
    return with_ledgers(make_app(sqlite_url))


@pytest.fixture
def postgres_app(postgres_url, make_app) -> Flask:
    return with_ledgers(make_app(postgres_url))


def with_ledgers(app: Flask) -> Flask:
    with app.app_context():
        Bank.metadata.create_all(bank.engine)
        bank.execute(insert(Ledger), [{"name": "savings", "balance": 100}, {"name": "house", "balance": 50}])
    return app
