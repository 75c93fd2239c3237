"""A small application with users and sign-in, on SQLite and on PostgreSQL; its User is the example's."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

import beastmode.jobs.models
import beastmode.limits.models
import beastmode.mail.models  # noqa: F401 - their tables are made with the others
from beastmode import Beastmode
from beastmode.accounts import Accounts
from beastmode.accounts.desk import current_desk
from beastmode.api import Api, Version
from beastmode.core.clock import set_clock
from beastmode.db import Base, Database
from beastmode.jobs import Jobs
from beastmode.mail import Mails
from beastmode.testing.job_runs import run_jobs_after_requests

EXAMPLE = str(Path(__file__).resolve().parents[2] / "examples" / "blog")
SECRET = "a secret of more than thirty-two bytes"


class MovableClock:
    def __init__(self):
        self.moment = datetime(2030, 1, 1, tzinfo=UTC)

    def now(self):
        return self.moment

    def advance(self, **time):
        self.moment += timedelta(**time)


@pytest.fixture
def clock():
    clock = MovableClock()
    previous = set_clock(clock)
    yield clock
    set_clock(previous)


@pytest.fixture(scope="session")
def user():
    # One process has one table `users`: a second model beside the example's would collide with it.
    if EXAMPLE not in sys.path:
        sys.path.append(EXAMPLE)
    from blog.models import User

    return User


@pytest.fixture(scope="session")
def accounts(user):
    return Accounts(user)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request):
    return request.param


@pytest.fixture
def url(request, backend, accounts):
    return request.getfixturevalue(f"{backend}_with_tables")


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory, accounts):
    url = f"sqlite:///{tmp_path_factory.mktemp('accounts') / 'people.db'}"
    create_tables(url)
    return url


@pytest.fixture(scope="session")
def postgresql_with_tables(accounts):
    from servers import scratch_postgres

    with scratch_postgres() as url:
        create_tables(url)
        yield url


def create_tables(url):
    from sqlalchemy import create_engine

    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    Base.metadata.create_all(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def applications(accounts):
    """Applications by their settings: one is made once, since its documents take a while."""
    made = {}
    yield made
    for app in made.values():
        app.extensions["beastmode.database"].engines.dispose()


@pytest.fixture
def make_app(url, accounts, applications):
    def make(**values):
        key = (url, *sorted(values.items()))
        if key not in applications:
            applications[key] = people_app(accounts, {"database_url": url, **values})
        return applications[key]

    return make


@pytest.fixture
def make_mailing_app(url, accounts, applications):
    """Makes applications that send mail; the jobs of a request run when its response is complete."""

    def make(**values):
        key = (url, "mail", *sorted(values.items()))
        if key not in applications:
            applications[key] = people_app(accounts, {"database_url": url, **values}, jobs=Jobs(), mail=Mails())
            run_jobs_after_requests(applications[key])
        return applications[key]

    return make


@pytest.fixture
def make_people(accounts):
    """Makes an application that no other test uses."""
    return lambda **values: people_app(accounts, values)


def people_app(accounts, values, **features):
    given = {"environment": "testing", "jwt_secret_key": SECRET, "log_level": "ERROR"} | values
    app = Flask("people")
    app.config.from_mapping({name.upper(): value for name, value in given.items()})
    api = Api("People", versions=[Version("v1"), Version("v2")])
    Beastmode(app, database=Database(), api=api, accounts=accounts, **features)
    return app


@pytest.fixture
def app(make_app):
    app = make_app()
    with app.app_context():
        empty(database_of(app).engine)
        yield app


@pytest.fixture(scope="session")
def empty_tables():
    """A function that deletes every row of an application."""
    return lambda app: empty(app.extensions["beastmode.database"].engines.writer)


def empty(engine):
    with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())


def database_of(app):
    return app.extensions["beastmode.database"].database


@pytest.fixture
def database(app):
    return database_of(app)


@pytest.fixture
def desk(app):
    return current_desk()


@pytest.fixture
def make_desk(app, make_app):
    def make(**values):
        return make_app(**values).extensions["beastmode.accounts.desk"]

    return make


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def make_client(app, make_app):
    def make(**values):
        return make_app(**values).test_client()

    return make


@pytest.fixture
def ada(desk):
    return desk.registration.create("ada@example.com", "correct horse battery")
