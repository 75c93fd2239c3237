#!/usr/bin/env python3
"""How many empty jobs are enqueued and run a second, and how soon after the commit one starts: beastmode and others.

Each enqueues in one process, one call after the other, and then runs the jobs in one worker process, four at a time.
PostgreSQL (DATABASE_URL) and Redis (REDIS_URL) have to run; what is made there is the bench's own, and is removed.
"""

import argparse
import os
import secrets
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import peers
import postgres

HERE = Path(__file__).with_name("queues")
ENTRY = struct.Struct("<qd")  # as in queues/started.py, which runs in the peers' environment
PATIENCE = 300
SOON = 30
"""Seconds in which a worker has to be ready."""


@dataclass(frozen=True)
class Contender:
    """One that is measured.

    Args:
        title: What the table calls it.
        script: Its file.
        guarantee: What becomes of jobs in a crash, by its own documentation.
        database: Which database beastmode uses; empty for the others.
    """

    title: str
    script: str
    guarantee: str
    database: str = ""


OURS = "stored with your changes or not at all; a worker that is killed loses none"
CONTENDERS = (
    Contender("beastmode, PostgreSQL", "ours.py", OURS, "postgresql"),
    Contender("beastmode, SQLite", "ours.py", OURS, "sqlite"),
    Contender(
        "procrastinate, PostgreSQL",
        "peers/procrastinate_on_postgresql.py",
        "with your changes if it shares your connection; a job of yours has to find those of killed workers",
    ),
    Contender("huey, SQLite", "peers/huey_on_sqlite.py", "not with your changes; lost with a killed worker"),
    Contender(
        "Celery, Redis", "peers/celery_on_redis.py", "not with your changes; as configured, lost with a killed worker"
    ),
    Contender(
        "dramatiq, Redis", "peers/dramatiq_on_redis.py", "not with your changes; run again after a worker was killed"
    ),
)


@dataclass(frozen=True)
class Figures:
    """What was measured.

    Args:
        enqueued: Jobs a second.
        run: Jobs a second.
        starts: Seconds from the end of `enqueue` to the start of the job, with an idle worker.
    """

    enqueued: float
    run: float
    starts: list[float]


@contextmanager
def prepared(contender: Contender, python: Path) -> Iterator[tuple[list[str], dict[str, str]]]:
    """The command of a contender and its environment, with a database or a queue of its own."""
    name = f"beastmode_bench_jobs_{secrets.token_hex(4)}"
    postgres.create(name)
    with tempfile.TemporaryDirectory() as folder:
        url = postgres.written(postgres.at(name))
        environment = {
            "STARTED": f"{folder}/started",
            "SQLITE_FILE": f"{folder}/jobs.db",
            "POSTGRES_URL": postgres.libpq(postgres.at(name)),
            "REDIS_URL": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/13"),
            "QUEUE": name,
            "DATABASE_URL": url if contender.database == "postgresql" else f"sqlite:///{folder}/jobs.db",
            "PYTHONPATH": str(HERE),
        }
        command = [sys.executable if contender.database else str(python), str(HERE / contender.script)]
        try:
            yield command, {**os.environ, **environment}
        finally:
            postgres.drop(name)


def entries(environment: dict[str, str]) -> dict[int, float]:
    """When each job that has started did so for the first time."""
    found: dict[int, float] = {}
    for number, moment in ENTRY.iter_unpack(Path(environment["STARTED"]).read_bytes()):
        found.setdefault(number, moment)
    return found


def wait_for(number: int, environment: dict[str, str], seconds: float) -> dict[int, float]:
    """The starts of this many jobs."""
    end = time.monotonic() + seconds
    while len(found := entries(environment)) < number:
        if time.monotonic() > end:
            raise SystemExit(f"only {len(found)} of {number} jobs have started within {seconds:.0f} s")
        time.sleep(0.2)
    return found


@contextmanager
def working(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    """A worker, which is killed at the end."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*command, "work"], env=environment, start_new_session=True, **quiet) as worker:
        try:
            yield
        finally:
            os.killpg(worker.pid, 9)


def said(command: list[str], environment: dict[str, str]) -> str:
    """What a command prints."""
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def measure(contender: Contender, python: Path, number: int, single: int) -> Figures:
    """Enqueue and run jobs, and then some one by one."""
    with prepared(contender, python) as (command, environment):
        Path(environment["STARTED"]).touch()
        seconds = float(said([*command, "fill", str(number)], environment).split()[-1])
        with working(command, environment):
            moments = sorted(wait_for(number, environment, PATIENCE).values())
        Path(environment["STARTED"]).write_bytes(b"")
        with working(command, environment):
            said([*command, "fill", "1"], environment)
            wait_for(1, environment, SOON)  # it is ready
            Path(environment["STARTED"]).write_bytes(b"")
            told = said([*command, "singly", str(single)], environment)
            starts = wait_for(single, environment, SOON)
        stored = {int(line.split()[0]): float(line.split()[1]) for line in told.splitlines()}
    waits = [max(0.0, starts[each] - stored[each]) for each in stored]
    return Figures(number / seconds, (number - 1) / (moments[-1] - moments[0]), sorted(waits))


def main() -> None:
    """Measure each contender in turn, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=5000, help="how many are enqueued and run")
    parser.add_argument("--single", type=int, default=200, help="how many are enqueued one by one")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    python = peers.install(HERE / "requirements.txt", peers.ROOT / ".venv-bench-queues")
    print(f"| jobs/s, median of {args.rounds} | enqueue | run | starts after: p50 | p99 | in a crash |")
    print("| --- | --- | --- | --- | --- | --- |")
    for contender in CONTENDERS:
        rounds = [measure(contender, python, args.jobs, args.single) for _ in range(args.rounds)]
        enqueued = statistics.median(each.enqueued for each in rounds)
        run = statistics.median(each.run for each in rounds)
        p50, p99 = (statistics.median(at(each.starts, share) for each in rounds) * 1000 for share in (0.5, 0.99))
        figures = f"{enqueued:,.0f} | {run:,.0f} | {p50:.1f} ms | {p99:.1f} ms"
        print(f"| {contender.title} | {figures} | {contender.guarantee} |", flush=True)


def at(values: list[float], share: float) -> float:
    """The value below which a share of the sorted values lies."""
    return values[min(len(values) - 1, int(len(values) * share))]


if __name__ == "__main__":
    main()
