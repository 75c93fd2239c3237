"""A project whose jobs run on Celery, in processes as a server has them: a relay and Celery's own workers."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

BIN = Path(sys.executable).parent
PATIENCE = 90
SHOP = """
    import os
    import signal
    import time
    from contextlib import suppress

    from flask import Flask
    from sqlalchemy import insert, select
    from sqlalchemy.orm import Mapped, mapped_column

    from beastmode import Beastmode, Database, transaction
    from beastmode.core.background import GiveUp
    from beastmode.db import Base
    from beastmode.jobs import Jobs, current_job_id, init_celery, job, once, progress

    QUEUE = os.environ.get("SHOP_QUEUE", "default")
    db = Database()

    class Effect(Base):
        __tablename__ = "effects"
        id: Mapped[int] = mapped_column(primary_key=True)
        text: Mapped[str]

    def done(text):
        db.execute(insert(Effect).values(text=text))

    @job(queue=QUEUE)
    def greet(name):
        done(f"hello {name}")
        return {"greeted": name, "process": os.getpid()}

    @job(queue=QUEUE, attempts=2, backoff=0.01)
    def fails(text):
        done(f"attempt {text}")
        raise RuntimeError(text)

    @job(queue=QUEUE)
    def gives_up():
        raise GiveUp("no such order")

    @job(queue=QUEUE, timeout=1, attempts=1)
    def hangs():
        time.sleep(600)

    @job(queue=QUEUE, limit=1, key=lambda account, number: account)
    def one_each(account, number):
        done(f"{account} begins")
        time.sleep(0.05)
        done(f"{account} ends")

    @job(queue=QUEUE)
    def reports(seconds):
        progress(0.5, f"half of {current_job_id()}")
        time.sleep(seconds)

    @job(queue=QUEUE, backoff=0.01)
    def effect(number, seconds=0, fatal=""):
        done(f"run {number}")
        if fatal == "before" and not has(f"killed {number}"):
            end(number)
        if fatal == "waits" and not has(f"waited {number}"):
            done(f"waited {number}")
            time.sleep(600)
        time.sleep(seconds)
        with once(f"effect {number}") as is_first:
            if is_first:
                done(f"effect {number}")
        if fatal == "after" and not has(f"killed {number}"):
            end(number)

    def roll_back():
        with suppress(ValueError), transaction():
            greet.enqueue(name="rolled back")
            raise ValueError

    def has(text):
        return db.execute(select(Effect.id).where(Effect.text == text)).first() is not None

    def end(number):
        done(f"killed {number}")
        os.kill(os.getpid(), signal.SIGKILL)

    def create_app():
        app = Flask(__name__)
        Beastmode(app, database=db, jobs=Jobs())

        @app.post("/effects/<int:number>")
        def enqueue_effect(number):
            return {"job": effect.enqueue(number=number, seconds=0.05)}, 202

        with app.app_context():
            Base.metadata.create_all(db.engine)
        return app
"""
CONSOLE = """
import sys
from shop import *
with create_app().app_context():
    for line in sys.stdin:
        exec(line)
        print("done", flush=True)
"""


class CeleryProject:
    """A folder with a module, its database and its processes.

    Args:
        folder: The folder.
        database_url: Its database.
        broker_url: Its broker.
        environment: Further settings.
    """

    def __init__(self, folder: Path, database_url: str, broker_url: str, **environment: str) -> None:
        self.folder = folder
        self.environment = {
            "CELERY_BROKER_URL": broker_url,
            "C_FORCE_ROOT": "1",
            "DATABASE_URL": database_url,
            "ENVIRONMENT": "testing",
            "FLASK_APP": "shop",
            "HOME": str(folder),
            "JOBS_LEASE_SECONDS": "5",
            "LANG": "C.UTF-8",
            "PATH": f"{BIN}:{os.environ['PATH']}",
            **environment,
        }
        (folder / "shop.py").write_text(textwrap.dedent(SHOP))
        self._engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
        self._console: subprocess.Popen[str] | None = None
        self._started: list[subprocess.Popen[bytes]] = []

    def do(self, *lines: str) -> None:
        """Run lines of Python in the application's context, in one process for all of them."""
        if self._console is None:
            self._console = subprocess.Popen(
                [sys.executable, "-c", CONSOLE],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        for line in lines:
            self._console.stdin.write(f"{line}\n")
            self._console.stdin.flush()
            assert self._console.stdout.readline() == "done\n", line

    def relay(self, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        """A new `flask beastmode worker`."""
        return self.start("flask", "beastmode", "worker", *options, **environment)

    def worker(self, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        """A new Celery worker, with two processes."""
        quiet = ["--without-mingle", "--without-gossip", "-c", "2"]
        return self.start("celery", "-A", "beastmode.jobs.celery", "worker", *quiet, *options, **environment)

    def start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """A process in a group of its own, whose output is in the file "output"."""
        with (self.folder / "output").open("ab") as output:
            process = subprocess.Popen(
                words,
                cwd=self.folder,
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def output(self) -> str:
        return (self.folder / "output").read_text()

    def ask(self, sql: str, **values: Any) -> list[Any]:
        """The rows of a query, each as a tuple, or its value if it has only one."""
        with self._engine.connect() as connection:
            rows = connection.execute(text(sql), values).all()
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    def states(self) -> dict[str, int]:
        """The number of jobs in each state."""
        return dict(self.ask("SELECT state, count(*) FROM jobs GROUP BY state"))

    def effects(self) -> list[str]:
        return self.ask("SELECT text FROM effects ORDER BY id")

    def job(self, name: str) -> dict[str, Any]:
        """The newest row of a job."""
        with self._engine.connect() as connection:
            query = text("SELECT * FROM jobs WHERE name = :name ORDER BY id DESC LIMIT 1")
            row = dict(connection.execute(query, {"name": f"shop.{name}"}).mappings().one())
        for column in ("result", "arguments"):
            row[column] = json.loads(row[column]) if isinstance(row[column], str) else row[column]
        return row

    def forget(self) -> None:
        """Delete every row."""
        with self._engine.begin() as connection:
            for table in ("jobs", "effects", "job_marks"):
                connection.execute(text(f"DELETE FROM {table}"))

    def stop(self) -> None:
        """Kill what was started; what children of killed parents still run, too."""
        while self._started:
            process = self._started.pop()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def close(self) -> None:
        """Kill everything."""
        self.stop()
        if self._console is not None:
            self._console.kill()
            self._console.communicate()
        self._engine.dispose()

    def until(self, holds: Any) -> Any:
        """Wait for something to hold, for as long as jobs end meanwhile, and return it."""
        deadline, seen = time.monotonic() + PATIENCE, {}
        while not (found := holds()):
            if (states := self.states()) != seen:
                deadline, seen = time.monotonic() + PATIENCE, states
            assert time.monotonic() < deadline, f"it never came to hold\n{states}\n{self.output()[-6000:]}"
            time.sleep(0.05)
        return found


@contextlib.contextmanager
def celery_project(folder: Path, database_url: str, broker_url: str, **environment: str) -> Iterator[CeleryProject]:
    """A project whose processes are gone at the end."""
    project = CeleryProject(folder, database_url, broker_url, **environment)
    try:
        yield project
    finally:
        project.close()


def children(process: int) -> list[int]:
    """The children of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == process and fields[0] != "Z":
                found.append(int(stat.parent.name))
    return found
