import os

import pytest
import trustme
from flask import Flask
from smtp_servers import SmtpServer

from beastmode import Beastmode, Database
from beastmode.db import Base
from beastmode.jobs import Jobs, Worker
from beastmode.jobs.tasks import all_jobs
from beastmode.mail import Mails

db = Database()


@pytest.fixture
def post_office(tmp_path):
    """Creates an application that sends email; takes settings as arguments."""

    def made(**settings):
        app = Flask("shop", root_path=str(tmp_path))
        url = f"sqlite:///{tmp_path / 'shop.db'}"
        app.config.from_mapping({"ENVIRONMENT": "testing", "DATABASE_URL": url, **settings})
        Beastmode(app, database=db, jobs=Jobs(), mail=Mails())
        with app.app_context():
            names = ("jobs", "job_marks", "job_ticks", "mails")
            Base.metadata.create_all(db.engine, tables=[Base.metadata.tables[name] for name in names])
        return app

    return made


@pytest.fixture
def run_jobs():
    """Runs an application's jobs in the background during the test."""
    running = []

    def run(app):
        # Not the jobs of other tests, because their schedules would be enqueued here.
        worker = Worker(app, 2, jobs={"beastmode.mail.send": all_jobs()["beastmode.mail.send"]})
        running.append((worker, worker.start()))

    yield run
    for worker, thread in running:
        worker.stop()
        thread.join(10)


@pytest.fixture(scope="session")
def authority():
    """A certificate authority for the test session."""
    return trustme.CA()


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    """Makes OpenSSL trust the authority by setting SSL_CERT_FILE."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setitem(os.environ, "SSL_CERT_FILE", str(file))


@pytest.fixture
def smtp(authority):
    """Starts SMTP servers that are stopped at the end of the test."""
    started = []

    def start(**how):
        server = SmtpServer(authority, **how)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()
