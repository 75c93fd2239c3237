#!/usr/bin/env python3
"""How long until the blog's application exists, in a fresh process? The least of five."""

import json
import subprocess
import sys

import subject

RUNS = 5
CODE = """
import json, time
begun = time.perf_counter()
from blog import create_app
imported = time.perf_counter()
create_app()
print(json.dumps([imported - begun, time.perf_counter() - imported]))
"""


def main() -> None:
    """Start five processes one after the other and print the quickest."""
    runs = []
    for _ in range(RUNS):
        done = subprocess.run(
            [sys.executable, "-c", CODE],
            cwd=subject.BLOG,
            env=subject.environment(),
            stdout=subprocess.PIPE,
            check=True,
        )
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    imported, created = min(runs, key=sum)
    print(f"| in ms, least of {RUNS} | |\n| --- | --- |")
    print(f"| import | {imported * 1000:.0f} |\n| create_app | {created * 1000:.0f} |")


if __name__ == "__main__":
    main()
