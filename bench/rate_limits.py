#!/usr/bin/env python3
"""How much slower are the five requests with limits on? Aim: at most 5 %.

The blog and the blog with a limit on every route are served side by side on the same database, and measured in turn, so
that whatever else the machine does hits both. A request that was refused, or failed, ends the run.
"""

import argparse
import statistics
import sys
from pathlib import Path

import postgres
import subject

sys.path.append(str(Path(__file__).with_name("http")))
import run

SERVED = {"without limits": "blog", "with limits": "limited"}


def main() -> None:
    """Measure both in turn, and print a table with what the limits cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=4, help="how long each request is measured")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    subject.prepare()
    serve = Path(__file__).with_name("serve.py")
    # Without the address of the peers' database, which run.py adds.
    given = {**run.environment(), "DATABASE_URL": postgres.written(postgres.at("postgres"))}
    started = {name: run.start(f"exec {sys.executable} {serve} {served}", given) for name, served in SERVED.items()}
    try:
        rates = measure({name: port for name, (port, _) in started.items()}, args.seconds, args.rounds)
    finally:
        for _, process in started.values():
            run.stop(process)
    medians = {key: statistics.median(each) for key, each in rates.items()}
    print(f"| requests/s | {' | '.join(run.WORK)} |\n|{' --- |' * (len(run.WORK) + 1)}")
    for name in SERVED:
        print(f"| {name} | {' | '.join(f'{medians[name, work]:,.0f}' for work in run.WORK)} |")
    # In pairs: two measurements one after the other have more in common than two medians.
    pairs = {work: zip(rates["with limits", work], rates["without limits", work], strict=True) for work in run.WORK}
    change = {work: statistics.median(after / before - 1 for after, before in pairs[work]) for work in run.WORK}
    print(f"| change | {' | '.join(f'{change[work]:+.1%}' for work in run.WORK)} |")


def measure(ports: dict[str, int], seconds: int, rounds: int) -> dict[tuple[str, str], list[float]]:
    """The rates of both servers for each request, by name and request.

    Args:
        ports: Where they listen.
        seconds: How long each is measured.
        rounds: How often.
    """
    tokens = {name: run.log_in(port, "") for name, port in ports.items()}
    rates: dict[tuple[str, str], list[float]] = {}
    for turn in range(rounds):
        for work, (method, path) in run.WORK.items():
            for name in list(ports)[:: -1 if turn % 2 else 1]:
                run.wrk(ports[name], method, path, tokens[name], run.WARM_UP_SECONDS, 16)
                rate, _, bad = run.wrk(ports[name], method, path, tokens[name], seconds, 16)
                if bad:
                    raise SystemExit(f"{name}, {work}: {bad}")
                rates.setdefault((name, work), []).append(rate)
    return rates


if __name__ == "__main__":
    main()
