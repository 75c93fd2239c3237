"""An application that has nothing but a database, on SQLite and on PostgreSQL, and the table of attempts in it."""

import pytest
from flask import Flask
from sqlalchemy import delete

from beastmode.core.clock import set_clock
from beastmode.db import Database, DatabaseSettings
from beastmode.limits.attempts import Attempts
from beastmode.limits.counts import SqlCounts
from beastmode.limits.models import LoginAttempt
from beastmode.testing.clock import MovableClock
from servers import scratch_postgres


@pytest.fixture
def clock():
    clock = MovableClock()
    previous = set_clock(clock)
    yield clock
    set_clock(previous)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request):
    return request.param


@pytest.fixture(scope="session")
def postgres_url():
    with scratch_postgres() as url:
        yield url


@pytest.fixture
def url(request, backend, tmp_path):
    return f"sqlite:///{tmp_path / 'attempts.db'}" if backend == "sqlite" else request.getfixturevalue("postgres_url")


@pytest.fixture
def app(url):
    app, database = Flask("attempts"), Database()
    database.install(app, DatabaseSettings(environment="testing", database_url=url))
    with app.app_context():
        LoginAttempt.__table__.create(database.engine, checkfirst=True)
        with database.engine.begin() as connection:
            connection.execute(delete(LoginAttempt))
        yield app
    app.extensions["beastmode.database"].engines.dispose()


@pytest.fixture
def database(app):
    return app.extensions["beastmode.database"].database


@pytest.fixture
def counts(app):
    engines = app.extensions["beastmode.database"].engines
    return SqlCounts(LoginAttempt, engines.writer, engines.reader)


@pytest.fixture
def attempts(counts):
    return Attempts(counts, per_email=3, per_address=5)
