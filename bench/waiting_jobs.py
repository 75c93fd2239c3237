#!/usr/bin/env python3
"""Whether a job takes longer to enqueue and to claim where others wait: none, 1,000, and a million of them.

The median of calls in one process, one after the other, on PostgreSQL (DATABASE_URL) and SQLite, in databases of the
bench's own.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import postgres
from flask import Flask
from sqlalchemy import text

from beastmode import Beastmode, Database
from beastmode.db import Base
from beastmode.jobs import Jobs, counts, job
from beastmode.jobs.queue import Queue
from beastmode.jobs.upkeep import Upkeep

NAME = "beastmode_bench_waiting_jobs"
COLUMNS = "name, arguments, queue, priority, state, attempts, max_attempts, run_at, created_at"
PARTS = {"ready": "NULL", "scheduled": "NULL", "blocked": "'touch'", "parked": "NULL", "dead": "NULL"}
"""The states that have a row for each waiting job, and the concurrency keys in them."""
db = Database()


@job(name="touch")
def touch(number: int) -> None:
    """Do nothing."""


@contextmanager
def application(url: str) -> Iterator[None]:
    """An application with empty tables, in its context."""
    app = Flask(__name__)
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=url)
    Beastmode(app, database=db, jobs=Jobs())
    with app.app_context():
        Base.metadata.create_all(db.engine)
        yield
    app.extensions["beastmode.database"].engines.dispose()


def fill(number: int) -> None:
    """Add waiting rows: ready, scheduled for tomorrow, blocked, parked and dead, this many of each."""
    is_file = db.engine.dialect.name == "sqlite"
    hours = "datetime('now', '{:+d} hours')" if is_file else "now() + interval '{:d} hours'"
    with db.engine.begin() as connection:
        for state, key in PARTS.items():
            series = (
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number}) SELECT i FROM n"
                if is_file
                else f"SELECT generate_series(1, {number}) AS i"
            )
            due = hours.format(24 if state == "scheduled" else -1)
            connection.execute(
                text(
                    f"INSERT INTO jobs ({COLUMNS}, concurrency_key) SELECT 'waiting.' || (i % 5), '{{}}', 'default', 0,"
                    f" '{state}', 0, 10, {due}, {due}, {key} FROM ({series}) AS numbers"
                )
            )
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if is_file else "VACUUM (ANALYZE) jobs"))


def median(work: Callable[[], object], times: int) -> float:
    """How many milliseconds a call takes."""
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds) * 1000


def measure(times: int) -> dict[str, float]:
    """What each operation takes, in milliseconds."""
    queue, upkeep = Queue("bench", timedelta(minutes=1)), Upkeep({"touch": 1})
    return {
        "enqueue": median(lambda: touch.enqueue(number=1), times),
        "claim": median(lambda: queue.claim("default", 4), times),
        "promote": median(upkeep.promote, times),
        "unpark": median(upkeep.unpark, times),
        "unblock": median(upkeep.unblock, times),
        "reclaim": median(upkeep.reclaim, times),
        "counts": median(counts, max(3, times // 20)),
    }


def show(title: str, sizes: list[int], times: int) -> None:
    """A row of the table for each number of waiting jobs."""
    before = 0
    for size in sizes:
        fill(size - before)
        before = size
        figures = " | ".join(f"{value:.2f}" for value in measure(times).values())
        print(f"| {title} | {size:,} | {figures} |", flush=True)


def main() -> None:
    """Measure on both databases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 1000, 1_000_000])
    parser.add_argument("--times", type=int, default=200)
    args = parser.parse_args()
    print("| milliseconds | waiting | enqueue | claim 4 | promote | unpark | unblock | reclaim | counts |")
    print("|" + " --- |" * 9)
    postgres.drop(NAME)
    postgres.create(NAME)
    with application(postgres.written(postgres.at(NAME))):
        show("PostgreSQL", args.sizes, args.times)
    postgres.drop(NAME)
    with tempfile.TemporaryDirectory() as folder, application(f"sqlite:///{Path(folder) / 'jobs.db'}"):
        show("SQLite", args.sizes, args.times)


if __name__ == "__main__":
    main()
