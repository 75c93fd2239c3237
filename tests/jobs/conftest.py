from datetime import timedelta

import pytest
from deeds import Deed
from flask import Flask

from beastmode import Beastmode, Database
from beastmode.db import Base
from beastmode.jobs import Jobs
from beastmode.jobs.models import JobMark, JobRow, JobTick
from beastmode.jobs.queue import Queue
from servers import scratch_postgres

TABLES = (JobRow, JobMark, JobTick, Deed)
db = Database()


def application(url):
    """An application with jobs enabled and their tables created."""
    app = Flask("shop")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=url, JOBS_LEASE_SECONDS=5)
    Beastmode(app, database=db, jobs=Jobs())
    with app.app_context():
        Base.metadata.create_all(db.engine, tables=[table.__table__ for table in TABLES])
    return app


@pytest.fixture(scope="session")
def sqlite_shop(tmp_path_factory):
    return application(f"sqlite:///{tmp_path_factory.mktemp('jobs') / 'shop.db'}")


@pytest.fixture(scope="session")
def postgres_shop():
    with scratch_postgres() as url:
        yield application(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app(request):
    """An application on SQLite, then one on PostgreSQL, with empty tables."""
    app = request.getfixturevalue("sqlite_shop" if request.param == "sqlite" else "postgres_shop")
    with app.app_context():
        for table in TABLES:
            db.execute(table.__table__.delete())
        yield app


@pytest.fixture
def queue(app):
    """The queue as a worker uses it."""
    return Queue("me", timedelta(seconds=5))


@pytest.fixture
def other(app):
    """The queue as another worker uses it."""
    return Queue("other", timedelta(seconds=5))
