#!/usr/bin/env python3
"""What does each layer of a request take? Linux only: read from /proc.

Processor time of the server's processes at ways that go one layer further each, so that the layers add up to the whole.
"""

import argparse
import statistics
import sys
from pathlib import Path

import postgres
import subject
from processes import spent

sys.path.append(str(Path(__file__).with_name("http")))
import run

WAYS = (
    ("the server: one thread of several, and whoever waits for it", "/server", "/server"),
    ("Flask: contexts, match, dispatch, response", "/flask", "/flask"),
    ("the middleware: request id, headers, metrics, log line to two places", "/plain", "/plain"),
    ("the declared route: body, ETag, JSON", "/api/v1/declared/open", "/api/v1/declared/open"),
    ("sign-in, with the session for what writes", "/api/v1/declared/signed", "/api/v1/declared/signed"),
    ("the statement: loading, connection, psycopg", run.WORK["one"][1], run.WORK["create"][1]),
)
"""Each layer, and the paths whose way ends with it."""


def main() -> None:
    """Serve the blog with its shorter ways, and print what each layer adds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    subject.prepare()
    command = f"exec {sys.executable} {Path(__file__).with_name('serve.py')} layered"
    port, process = run.start(
        command, run.environment() | {"DATABASE_URL": postgres.written(postgres.at(subject.DATABASE))}
    )
    costs: dict[tuple[str, str], list[float]] = {}
    try:
        token = run.log_in(port, "")
        for _ in range(args.rounds):
            for _, *paths in WAYS:
                for method, path in zip(("GET", "POST"), paths, strict=True):
                    run.wrk(port, method, path, token, run.WARM_UP_SECONDS, 16)
                    before = spent(process.pid)
                    rate, _, wrong = run.wrk(port, method, path, token, args.seconds, 16)
                    if wrong:
                        sys.exit(f"{method} {path} answers wrongly: {wrong}")
                    costs.setdefault((method, path), []).append((spent(process.pid) - before) / (rate * args.seconds))
    finally:
        run.stop(process)
    show({key: statistics.median(found) * 1_000_000 for key, found in costs.items()})


def show(costs: dict[tuple[str, str], float]) -> None:
    """Print what each layer adds to the one before, and the sum, which is what the last way takes."""
    print("| processor time of a layer, us | one | create |\n| --- | --- | --- |")
    before = (0.0, 0.0)
    for layer, *paths in WAYS:
        found = (costs["GET", paths[0]], costs["POST", paths[1]])
        print(f"| {layer} | {found[0] - before[0]:.0f} | {found[1] - before[1]:.0f} |")
        before = found
    print(f"| all | {before[0]:.0f} | {before[1]:.0f} |")


if __name__ == "__main__":
    main()
