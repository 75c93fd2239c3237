"""Applications whose jobs are handed to Celery, on both databases; and a Redis server that tests may kill."""

import pytest
from flask import Flask

from beastmode import Beastmode, Database
from beastmode.db import Base
from beastmode.jobs import Jobs
from beastmode.jobs.models import JobMark, JobRelay, JobRow, JobTick
from brokers import own_broker
from servers import scratch_postgres

TABLES = (JobRow, JobMark, JobTick, JobRelay)
db = Database()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    """A Redis server for these tests alone."""
    with own_broker("redis", tmp_path_factory.mktemp("redis")) as broker:
        yield broker


@pytest.fixture
def redis_broker(redis_server):
    """It, empty and running."""
    import redis

    redis.Redis(port=redis_server.port).flushall()
    return redis_server


@pytest.fixture(scope="session")
def application(redis_server):
    """Makes applications with jobs and their tables."""

    def application(url, **config):
        app = Flask("shop")
        settings = {"ENVIRONMENT": "testing", "JOBS_LEASE_SECONDS": 5, "CELERY_BROKER_URL": redis_server.url}
        app.config.from_mapping({**settings, "DATABASE_URL": url, **config})
        Beastmode(app, database=db, jobs=Jobs())
        with app.app_context():
            Base.metadata.create_all(db.engine, tables=[table.__table__ for table in TABLES])
        return app

    return application


@pytest.fixture(scope="session")
def sqlite_shop(application, tmp_path_factory):
    return application(f"sqlite:///{tmp_path_factory.mktemp('distributed') / 'shop.db'}")


@pytest.fixture(scope="session")
def postgres_shop(application):
    with scratch_postgres() as url:
        yield application(url)


def emptied(app):
    """Without rows, inside the application's context."""
    for table in TABLES:
        db.execute(table.__table__.delete())
    return app


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app(request):
    """An application on SQLite, then one on PostgreSQL, with empty tables."""
    app = request.getfixturevalue("sqlite_shop" if request.param == "sqlite" else "postgres_shop")
    with app.app_context():
        yield emptied(app)


@pytest.fixture
def shop(sqlite_shop):
    """An application on SQLite with empty tables, where the database makes no difference."""
    with sqlite_shop.app_context():
        yield emptied(sqlite_shop)
