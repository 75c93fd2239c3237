"""The shop of `order_shop` as the tests use it: its database, its workers, and what became of its orders."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import order_shop
import psycopg
from running import BLOG
from sqlalchemy import func, insert, select

from beastmode.core.clock import now
from beastmode.db import Base
from beastmode.jobs.models import JobRow
from beastmode.jobs.wakeups import wake_others
from beastmode.testing.databases import close_database

APP = str(Path(__file__).with_name("order_shop.py"))
LEASE = "5"
"""The shortest that may be set: how long the jobs of a killed worker wait."""


class Orders:
    """The shop on one database.

    Args:
        url: The address of an empty database.
        folder: Where what its workers print is kept.
    """

    def __init__(self, url, folder):
        self.url = url
        self.folder = folder
        self.app = order_shop.create_app({"ENVIRONMENT": "testing", "DATABASE_URL": url, "LOG_LEVEL": "CRITICAL"})
        with self.app.app_context():
            tables = [Base.metadata.tables[name] for name in order_shop.TABLES]
            Base.metadata.create_all(order_shop.db.engine, tables=tables)

    def close(self):
        close_database(self.app)

    def enqueue(self, numbers):
        """Enqueue the jobs of some orders."""
        with self.app.app_context(), order_shop.transaction():
            for number in numbers:
                order_shop.charge.enqueue(number=number)

    def enqueue_row(self, name, **arguments):
        """Enqueue a job as another version of the shop does, which has other functions."""
        with self.app.app_context():
            statement = insert(JobRow).values(
                name=name,
                arguments=arguments,
                queue="default",
                priority=0,
                state="ready",
                attempts=0,
                max_attempts=100,
                run_at=now(),
                created_at=now(),
            )
            order_shop.db.execute(statement)
            wake_others()

    def states(self):
        """How many jobs there are in each state."""
        with self.app.app_context():
            counted = select(JobRow.state, func.count()).group_by(JobRow.state)
            return dict(order_shop.db.execute(counted).all())

    def all_done(self, number):
        """Whether this many jobs are done, and none is not."""
        return self.states() == {"done": number}

    def errors(self):
        """The errors of all failed attempts."""
        with self.app.app_context():
            return "\n".join(order_shop.db.execute(select(JobRow.error).where(JobRow.error.is_not(None))).scalars())

    @contextlib.contextmanager
    def holding_charges(self):
        """Let nobody write charges until `let_go`, so that jobs that do take that long; on PostgreSQL."""
        with psycopg.connect(self.url) as self._holder:
            self._holder.execute("LOCK TABLE fault_charges IN SHARE MODE")
            yield

    def let_go(self):
        """Let charges be written."""
        self._holder.rollback()

    def wait_for_upkeep(self):
        """Wait until a worker that started before has looked for rows that are due or lost: it does so every 5 s."""
        time.sleep(7)

    def attempts(self):
        """How many attempts there were in all."""
        with self.app.app_context():
            return order_shop.db.execute(select(func.sum(JobRow.attempts))).scalar()

    def numbers(self, model):
        """How often each number is there."""
        with self.app.app_context():
            return Counter(order_shop.db.execute(select(model.number)).scalars())

    @contextlib.contextmanager
    def worker(self, threads=4, app=APP, url=None, **environment):
        """A worker process, which is killed at the end if it still runs."""
        settings = {"ENVIRONMENT": "testing", "DATABASE_URL": url or self.url, "JOBS_LEASE_SECONDS": LEASE}
        with (self.folder / "worker-output").open("a") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", app, "beastmode", "worker", "-c", str(threads)],
                cwd=BLOG,
                env={**os.environ, **settings, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def output(self):
        """What its workers have printed."""
        return (self.folder / "worker-output").read_text()
