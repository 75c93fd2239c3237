"""What is measured: the blog in production mode with every safety on, over a database of its own."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import postgres
import psycopg

from beastmode.accounts.passwords import hash_password
from beastmode.core.settings import settings_table

__all__ = ["BLOG", "DATABASE", "OUTPUT", "PASSWORD", "ROOT", "environment", "flask", "prepare"]

ROOT = Path(__file__).resolve().parent.parent
BLOG = ROOT / "examples" / "blog"
OUTPUT = ROOT / "var" / "bench"
ROWS = Path(__file__).with_name("rows.sql")
DATABASE = "beastmode_bench"
PASSWORD = "Bench-password-1"
KEPT = {"JWT_SECRET_KEY", "THREADS"}
COMPLETE = """
    select (select count(*) from profiles where id <= 10000) = 10000
       and (select count(*) from users where id <= 10000) = 10000
       and (select count(*) from posts where id <= 100000) = 100000
       and (select count(*) from comments where id <= 300000) = 300000
       and exists (select from credentials where user_id = 1)
"""


def environment() -> dict[str, str]:
    """The environment of the measured processes: production, two workers, nothing switched off.

    No setting of the caller's shell leaks in but the token secret, which a client of the bench may have to know, and
    the number of threads.
    """
    names = {row.name for row in settings_table()} - KEPT
    OUTPUT.mkdir(parents=True, exist_ok=True)
    return {name: value for name, value in os.environ.items() if name not in names} | {
        "ENVIRONMENT": "production",
        "SECRET_KEY": secrets.token_urlsafe(32),
        "DATABASE_URL": postgres.written(postgres.at(DATABASE)),
        "LOG_LEVEL": "INFO",
        "LOG_FILE": str(OUTPUT / "requests.log"),
        "METRICS_TOKEN": secrets.token_urlsafe(32),
        "WORKERS": "2",
    }


def flask(*words: str) -> list[str]:
    """A command of the blog's own, to be run in its folder."""
    return [str(Path(sys.executable).with_name("flask")), "--app", "blog", *words]


def prepare() -> None:
    """Make, migrate and fill the database, or whatever of that a run before did not finish."""
    with postgres.writing_lock(DATABASE):
        if not (postgres.create(DATABASE) or migrate()):
            # Left by a checkout with other migrations: nothing in it is worth keeping.
            postgres.drop(DATABASE)
            postgres.create(DATABASE)
        if not migrate():
            raise SystemExit("the blog's migrations failed, see above")
        with postgres.connect(DATABASE) as connection:
            if connection.execute(COMPLETE).fetchone() != (True,):
                fill(connection)
            connection.execute("vacuum (analyze)")


def migrate() -> bool:
    """Bring the database to the head of the blog's migrations; whether that worked."""
    done = subprocess.run(flask("db", "upgrade"), cwd=BLOG, env=environment(), stdout=sys.stderr, check=False)
    return done.returncode == 0


def fill(connection: psycopg.Connection) -> None:
    """Write every row, and the password that the workload signs in with, in one transaction."""
    with connection.transaction():
        connection.execute(ROWS.read_text())
        connection.execute(
            "insert into credentials (user_id, password_hash) values (1, %s)",
            [hash_password(PASSWORD)],
        )
