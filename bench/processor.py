#!/usr/bin/env python3
"""How much processor time does a request take, beside the bare function? Linux only: read from /proc.

Steadier than requests per second: what the load generator, the database and others on the machine take is left out.
Compare the servers of one run with each other.
"""

import argparse
import statistics
import sys
from pathlib import Path

import peers
import subject
from processes import spent

sys.path.append(str(Path(__file__).with_name("http")))
import run

WORKS = ("health", "one", "create")


def main() -> None:
    """Serve the bare function and the blog beside each other, and print what a request costs each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    python, database = peers.install(), peers.fill()
    floor = run.PEERS["floor (wsgi+psycopg, granian)"].replace(str(run.BIN), str(python.parent))
    blog = f"exec {sys.executable} {Path(__file__).with_name('serve.py')}"
    subject.prepare()
    started = {
        "the bare function": run.start(floor, run.environment() | {"DATABASE_URL": database}),
        "beastmode": run.start(blog, run.environment() | {"DATABASE_URL": database}),
    }
    costs: dict[tuple[str, str], list[float]] = {}
    try:
        tokens = {name: run.log_in(port, run.plain_token()) for name, (port, _) in started.items()}
        for _ in range(args.rounds):
            for work in WORKS:
                for name, (port, process) in started.items():
                    method, path = run.WORK[work]
                    run.wrk(port, method, path, tokens[name], run.WARM_UP_SECONDS, 16)
                    before = spent(process.pid)
                    rate = run.wrk(port, method, path, tokens[name], args.seconds, 16)[0]
                    cost = (spent(process.pid) - before) / (rate * args.seconds) * 1_000_000
                    costs.setdefault((name, work), []).append(cost)
    finally:
        for _, process in started.values():
            run.stop(process)
    print(f"| processor time a request, us | {' | '.join(WORKS)} |\n|{' --- |' * (len(WORKS) + 1)}")
    for name in started:
        print(f"| {name} | {' | '.join(f'{statistics.median(costs[name, work]):.0f}' for work in WORKS)} |")


if __name__ == "__main__":
    main()
