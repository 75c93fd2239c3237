"""What is left when a process is killed between what runs before a commit and what runs after it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from ledgers import Bank, Ledger, bank
from sqlalchemy import select

from beastmode.db.settings import DatabaseSettings

PROGRAM = """
import os, signal, sys
from pathlib import Path
from flask import Flask
from ledgers import Ledger, bank
from sqlalchemy import event, insert
from beastmode.db import after_commit, before_commit, transaction
from beastmode.db.settings import DatabaseSettings

url, moment, woken = sys.argv[1:]
app = Flask("bank")
bank.install(app, DatabaseSettings(environment="testing", database_url=url))

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def store_the_job():
    bank.execute(insert(Ledger).values(name="job"))
    if moment == "before the commit":
        die()

with app.app_context():
    if moment == "at the commit":
        event.listen(bank.engine, "commit", die)
    with transaction() as session:
        session.add(Ledger(name="order"))
        before_commit(store_the_job)
        if moment == "after the commit":
            after_commit(die)
        after_commit(Path(woken).touch)
"""


@pytest.fixture
def killed(database_url, tmp_path):
    """Runs the program until it kills itself, and returns what is stored then and whether the worker was woken."""

    def run(moment):
        app = Flask("bank")
        bank.install(app, DatabaseSettings(environment="testing", database_url=database_url))
        with app.app_context():
            Bank.metadata.create_all(bank.engine)
        woken = tmp_path / "woken"
        command = [sys.executable, "-c", PROGRAM, database_url, moment, str(woken)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == (-signal.SIGKILL if moment else 0), done.stderr
        with app.app_context():
            return sorted(bank.execute(select(Ledger.name)).scalars()), woken.exists()

    return run


@pytest.mark.parametrize("moment", ["before the commit", "at the commit"])
def test_a_process_that_is_killed_before_the_commit_leaves_neither_the_change_nor_what_belongs_to_it(killed, moment):
    """Both were written in one transaction, which the database rolls back."""
    assert killed(moment) == ([], False)


def test_a_process_that_is_killed_after_the_commit_leaves_both_and_only_the_wake_up_is_lost(killed):
    """The job is stored with the order, so a worker that looks for jobs finds it without having been woken."""
    assert killed("after the commit") == (["job", "order"], False)


def test_a_process_that_lives_on_does_everything(killed):
    """The program does what the other tests see cut off."""
    assert killed("") == (["job", "order"], True)
