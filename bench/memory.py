#!/usr/bin/env python3
"""How much memory does a worker hold after the workload? Linux only: read from /proc.

RSS counts pages shared with other processes in full, PSS by share, so that the sum over processes is true.
"""

import argparse
import os
import re
import sys
from pathlib import Path

from processes import ticks_of

sys.path.append(str(Path(__file__).with_name("http")))
import run

WORKERS = 2


def megabytes(process: Path, kind: str) -> float:
    """What a process holds: `Rss` or `Pss`."""
    kilobytes = re.findall(rf"^{kind}:\s+(\d+) kB", (process / "smaps_rollup").read_text(), re.MULTILINE)
    return int(kilobytes[0]) / 1024


def main() -> None:
    """Serve the blog, load it, and print what its workers hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=4, help="how long to load it with each request")
    args = parser.parse_args()
    port, process = run.start(f"exec {sys.executable} {Path(__file__).with_name('serve.py')}", dict(os.environ))
    try:
        token = run.log_in(port, "")
        for method, path in run.WORK.values():
            run.wrk(port, method, path, token, args.seconds, 16)
        worked = ticks_of(process.pid)
        workers = sorted(worked, key=worked.__getitem__, reverse=True)[:WORKERS]
        print("| a worker after load, in MB | RSS | PSS |\n| --- | --- | --- |")
        for number, worker in enumerate(workers, 1):
            print(f"| worker {number} | {megabytes(worker, 'Rss'):.0f} | {megabytes(worker, 'Pss'):.0f} |")
    finally:
        run.stop(process)


if __name__ == "__main__":
    main()
