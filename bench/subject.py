"""What is measured: the blog in production mode with every safety on, over a database of its own."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import postgres
import psycopg

from beastmode.accounts.passwords.hashing import hash_password
from beastmode.core.settings import settings_table
from beastmode.extension import FEATURE_SETTINGS

__all__ = ["BLOG", "DATABASE", "OUTPUT", "PASSWORD", "ROOT", "environment", "flask", "prepare"]

ROOT = Path(__file__).resolve().parent.parent
BLOG = ROOT / "examples" / "blog"
OUTPUT = ROOT / "var" / "bench"
SCHEMA = Path(__file__).with_name("http") / "schema.sql"
DATABASE = "beastmode_bench"
PASSWORD = "Bench-password-1"
KEPT = {"JWT_SECRET_KEY", "THREADS"}
ROWS = {"profiles": 10_000, "users": 10_000, "posts": 100_000, "comments": 300_000}
"""How many rows http/schema.sql makes, with the ids from 1 on."""


def environment() -> dict[str, str]:
    """The environment of the measured processes: production, two workers, nothing switched off.

    No setting of the caller's shell leaks in but the token secret, which a client of the bench may have to know, and
    the number of threads.
    """
    names = {row.name for row in settings_table(*FEATURE_SETTINGS)} - KEPT | {"FLASK_DEBUG"}
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


def flask(*words: str, served: str = "blog") -> list[str]:
    """A command of the blog's own, to be run in its folder."""
    return [str(Path(sys.executable).with_name("flask")), "--app", served, *words]


def prepare() -> None:
    """Make, migrate and fill the database, or whatever of that a run before did not finish."""
    with postgres.writing_lock(DATABASE):
        is_migrated = not postgres.create(DATABASE) and migrate()
        if not is_migrated:
            # New, or left by a checkout with other migrations: nothing in that is worth keeping.
            postgres.drop(DATABASE)
            postgres.create(DATABASE)
            is_migrated = migrate()
        if not is_migrated:
            raise SystemExit("the blog's migrations failed, see above")
        with postgres.connect(DATABASE) as connection:
            if not is_complete(connection):
                fill(connection)
            connection.execute("vacuum (analyze)")


def migrate() -> bool:
    """Bring the database to the head of the blog's migrations; whether that worked."""
    done = subprocess.run(flask("db", "upgrade"), cwd=BLOG, env=environment(), stdout=sys.stderr, check=False)
    return done.returncode == 0


def is_complete(connection: psycopg.Connection) -> bool:
    """Whether every row of the workload is there, and the password; more may be."""
    wanted = [("select count(*) from credentials where user_id = %s", 1, 1)]
    wanted += [(f"select count(*) from {table} where id <= %s", last, last) for table, last in ROWS.items()]
    return all(connection.execute(query, [last]).fetchone() == (count,) for query, last, count in wanted)


def fill(connection: psycopg.Connection) -> None:
    """Write the peers' rows, and the password that the workload signs in with.

    In one transaction: a run that was killed leaves nothing behind, and whatever an incomplete table held is gone.
    The ids come from the sequences, which start anew, and so go on after the last row.
    """
    with connection.transaction():
        connection.execute("truncate users, profiles, posts, comments restart identity cascade")
        for statement in SCHEMA.read_text().split(";"):
            if statement.strip().startswith("insert into"):
                connection.execute(statement)
        connection.execute(
            "insert into credentials (user_id, password_hash) values (1, %s)",
            [hash_password(PASSWORD)],
        )
