"""A worker whose PostgreSQL server goes away: it waits, and goes on by itself."""

import logging
from time import monotonic, sleep

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from beastmode import Beastmode, Database
from beastmode.db import Base
from beastmode.jobs import Jobs, Worker, job
from beastmode.jobs.models import JobRow

pytestmark = pytest.mark.postgres
SECONDS = 30


@job(name="faults.noted")
def noted():
    return "noted"


@pytest.fixture
def app(own_postgres):
    database = Database()
    app = Flask("jobs")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=own_postgres)
    Beastmode(app, database=database, jobs=Jobs())
    with app.app_context():
        tables = [Base.metadata.tables[name] for name in ("jobs", "job_marks", "job_ticks")]
        Base.metadata.create_all(database.engine, tables=tables)
        database.execute(JobRow.__table__.delete())
        yield app
    with app.app_context():  # after the other, which had a connection open
        database.engine.dispose()
        database.reader.dispose()


def states(app):
    """The state of each job, by id; nothing while the server is away."""
    try:
        with app.app_context():
            database = app.extensions["beastmode.jobs"]
            return list(database.execute(select(JobRow.state).order_by(JobRow.id)).scalars())
    except OperationalError:
        return []


def until(found, expected):
    """Wait until something is as expected, and give what it is in the end."""
    end = monotonic() + SECONDS
    while (value := found()) != expected and monotonic() < end:
        sleep(0.1)
    return value


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_worker_goes_on_when_its_server_is_back(app, cluster, caplog, how):
    """Whether the server has crashed or was stopped; the log says why nothing was run."""
    worker = Worker(app, 2, jobs={"faults.noted": noted})
    thread = worker.start()
    try:
        noted.enqueue()
        assert until(lambda: states(app), ["done"]) == ["done"]

        with caplog.at_level(logging.WARNING, "beastmode"):
            getattr(cluster, how)()
            sleep(2)
            cluster.start()
        until(lambda: bool(states(app)), expected=True)
        with app.app_context():
            noted.enqueue()

        assert until(lambda: states(app), ["done", "done"]) == ["done", "done"]
        assert "the database does not respond" in caplog.text
    finally:
        worker.stop()
        thread.join(SECONDS)
    assert not thread.is_alive()
