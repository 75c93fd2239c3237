"""A project in an empty folder, and the `flask` command as a person types it."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
import urllib.request
from pathlib import Path

BIN = Path(sys.executable).parent
SECONDS = 60
SHOP = """
    import os
    import time

    from flask import Flask
    from beastmode import Beastmode

    def create_app():
        app = Flask(__name__)
        Beastmode(app)

        @app.get("/process")
        def process():
            return str(os.getpid())

        @app.get("/metrics-folder")
        def metrics_folder():
            return os.environ["PROMETHEUS_MULTIPROC_DIR"]

        @app.get("/long")
        def long():
            open("long-has-begun", "w").close()
            time.sleep(1)
            return "finished"

        return app
"""
PEOPLE = """
    from flask import Flask
    from beastmode import Accounts, Api, Beastmode, Database
    from beastmode.accounts import AccountMixin
    from beastmode.db import Base
    from sqlalchemy.orm import Mapped, mapped_column

    db = Database()

    class User(AccountMixin, Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

    def create_app():
        app = Flask(__name__)
        Beastmode(app, database=db, api=Api("Shop"), accounts=Accounts(User))
        with app.app_context():
            Base.metadata.create_all(db.engine)
        return app
"""


class Project:
    """A folder with a module, and what is typed there."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {
            "ENVIRONMENT": "testing",
            "FLASK_APP": "shop",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PATH": f"{BIN}:{os.environ['PATH']}",
        }
        self.write(SHOP)

    def write(self, code, name="shop.py"):
        (self.folder / name).write_text(textwrap.dedent(code))

    def run(self, *words, stdin="", **environment):
        """What `flask ...` prints and how it ends."""
        return subprocess.run(
            ["flask", *words],
            cwd=self.folder,
            env=self.environment | environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    @contextlib.contextmanager
    def serving(self, *words, port, **environment):
        """A server of its own session, as of its own terminal, that answers; nothing of it is left afterwards."""
        with (self.folder / "output").open("w+") as output:
            process = subprocess.Popen(
                words,
                cwd=self.folder,
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                until(lambda: answers(port) or process.poll() is not None)
                assert process.poll() is None, self.output()
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def output(self):
        return (self.folder / "output").read_text()


def until(holds):
    """Waits for something to hold."""
    deadline = time.monotonic() + SECONDS
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)
    return found


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=SECONDS) as answer:
        return answer.read().decode()


def answers(port):
    with contextlib.suppress(OSError):
        return bool(get(port, "/health"))
    return False
