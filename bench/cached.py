#!/usr/bin/env python3
"""How many requests per second does the cache answer, compared with /health and with the same request uncached?

The aim: a hit at least half as often as /health, and three times as often as the request without the cache.
"""

import argparse
import statistics
import sys
from pathlib import Path

import postgres
import subject

sys.path.append(str(Path(__file__).with_name("http")))
import run

WAYS = (
    ("health", "/health", False),
    ("a hit that is the same for everyone", "/api/v1/posts/latest", False),
    ("a hit of a caller, with authentication", "/api/v1/declared/own-latest", True),
    ("the same request uncached", "/api/v1/declared/latest", False),
)
"""Each request, its path, and whether it is sent with a token."""


def main() -> None:
    """Serve the blog, and print how often each request is answered."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    subject.prepare()
    command = f"exec {sys.executable} {Path(__file__).with_name('serve.py')} layered"
    port, process = run.start(
        command, run.environment() | {"DATABASE_URL": postgres.written(postgres.at(subject.DATABASE))}
    )
    rates: dict[str, list[float]] = {}
    try:
        token = run.log_in(port, "")
        for _ in range(args.rounds):
            for name, path, is_signed in WAYS:
                run.wrk(port, "GET", path, token if is_signed else "", run.WARM_UP_SECONDS, 16)
                rate, _, wrong = run.wrk(port, "GET", path, token if is_signed else "", args.seconds, 16)
                if wrong:
                    sys.exit(f"GET {path} answers wrongly: {wrong}")
                rates.setdefault(name, []).append(rate)
    finally:
        run.stop(process)
    show({name: statistics.median(found) for name, found in rates.items()})


def show(rates: dict[str, float]) -> None:
    """Print each rate, and what it is of the first and the last one."""
    health, uncached = rates[WAYS[0][0]], rates[WAYS[-1][0]]
    print("| GET | requests/s | x health | x uncached |\n| --- | --- | --- | --- |")
    for name, rate in rates.items():
        print(f"| {name} | {rate:,.0f} | {rate / health:.2f} | {rate / uncached:.1f} |")


if __name__ == "__main__":
    main()
