#!/usr/bin/env python3
"""Every figure of docs/why/performance.md, one table after the other, in Markdown.

DATABASE_URL says which PostgreSQL server and role (by default `postgres` at 127.0.0.1:5432); the databases there are
the bench's own. The peers' packages go into .venv-bench. Nothing else may be busy on the machine.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import peers
import postgres
import subject

HERE = Path(__file__).resolve().parent
OURS = "beastmode (granian)"
FLOOR = "floor (wsgi+psycopg, granian)"
FASTAPI = "FastAPI (uvicorn)"
FURTHER = (
    "processor.py",
    "layers.py",
    "cached.py",
    "rate_limits.py",
    "overload.py",
    "keyset.py",
    "jobs.py",
    "waiting_jobs.py",
    "queries.py",
    "startup.py",
    "journey.py",
    "memory.py",
    "guard.py",
)
Table = dict[str, dict[str, float]]


def compare(args: argparse.Namespace) -> Table:
    """Requests per second of every server, for each kind of work, all databases fresh."""
    python = peers.install()
    postgres.drop(subject.DATABASE)
    figures = subject.OUTPUT / "figures.json"
    figures.parent.mkdir(parents=True, exist_ok=True)
    command = [str(python), str(HERE / "http" / "run.py"), "--json", str(figures)]
    for name in ("seconds", "rounds", "connections"):
        command += [f"--{name}", str(getattr(args, name))]
    command.append(f"{OURS}={sys.executable} {HERE / 'serve.py'}")
    done = subprocess.run(command, env=os.environ | {"DATABASE_URL": peers.fill()}, stdout=sys.stderr, check=False)
    if done.returncode:
        raise SystemExit("the comparison did not come to an end that counts, see above")
    table: Table = json.loads(figures.read_text())
    return table


def show(title: str, table: Table, style: str) -> None:
    """Print a table in Markdown."""
    works = list(next(iter(table.values())))
    print(f"\n| {title} | {' | '.join(works)} |\n|{' --- |' * (len(works) + 1)}")
    for name, row in table.items():
        print(f"| {name} | {' | '.join(format(row[work], style) for work in works)} |")


def ratios(table: Table, base: str) -> Table:
    """The same table with every figure divided by that of one server."""
    return {name: {work: rate / table[base][work] for work, rate in row.items()} for name, row in table.items()}


def main() -> None:
    """Run every question one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=4, help="how long each request is measured")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    args = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not on PATH: apt-get install wrk")
    table = compare(args)
    show(f"requests/s, median of {args.rounds}", table, ",.0f")
    show("x FastAPI", ratios(table, FASTAPI), ".2f")
    show("x floor", ratios(table, FLOOR), ".2f")
    for question in FURTHER:
        print(flush=True)
        subprocess.run([sys.executable, HERE / question], check=True)


if __name__ == "__main__":
    main()
