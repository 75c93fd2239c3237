"""What becomes of connections when a process forks, or an application is thrown away."""

import gc
import os
import subprocess
import sys
from time import sleep

import psycopg
import pytest
from flask import Flask
from ledgers import bank
from sqlalchemy import text

from beastmode.db.settings import DatabaseSettings

FORKING = """
import os
from flask import Flask
from sqlalchemy import text
from beastmode.db.settings import DatabaseSettings
from beastmode.db import Database
app, db = Flask("x"), Database()
db.install(app, DatabaseSettings(environment="testing", database_url={url!r}))

def backend():
    with app.app_context():
        return db.execute(text("SELECT pg_backend_pid()")).scalar()

parents = backend()
child = os.fork()
if not child:
    os._exit(0 if backend() != parents else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "the child used its parent's connection"
assert backend() == parents, "the parent lost its connection"
"""


@pytest.mark.postgres
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_worker_opens_connections_of_its_own(postgres_url):
    program = [sys.executable, "-c", FORKING.format(url=postgres_url)]

    done = subprocess.run(program, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.postgres
def test_an_application_that_is_thrown_away_closes_its_connections(postgres_url):
    def use_an_application():
        app = Flask("bank")
        bank.install(app, DatabaseSettings(environment="testing", database_url=postgres_url))
        with app.app_context():
            bank.execute(text("SELECT 1"))
            bank.session.execute(text("SELECT 1"))

    use_an_application()
    gc.collect()

    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for _ in range(400):  # a server notices a little later
            (left,) = connection.execute(query).fetchone()
            if not left:
                break
            sleep(0.05)
        assert left == 0
