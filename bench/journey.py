#!/usr/bin/env python3
"""How long does each command of a newcomer take, from an empty folder to a resource of their own?

The packages are installed already; the least of three, each in a new folder. CPU time includes the processes that a
command starts, and says more than seconds where the machine does something else besides.
"""

import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

RUNS = 3
BEAST = str(Path(sys.executable).with_name("beast"))
PRODUCT = ("add", "resource", "Product", "name:str:120", "price:decimal", "stock:int=0")
FIRST = "beast new shop, cd shop, beast dev: until the first response"
COMMANDS = {
    "beast --help": ("--help",),
    "beast add resource, with eight files": PRODUCT,
    "beast add field": ("add", "field", "Product", "note:str:80?"),
    "beast undo, twice": ("undo",),
    "beast test, on the new project": ("test",),
}
Figures = dict[str, tuple[float, float]]


def main() -> None:
    """Go through the journey some times, and print the quickest of each command."""
    runs = [journey() for _ in range(RUNS)]
    print(f"| command | seconds, least of {RUNS} | CPU seconds |\n| --- | --- | --- |")
    for command in runs[0]:
        seconds, processor = (min(run[command][part] for run in runs) for part in (0, 1))
        print(f"| {command} | {seconds:.2f} | {processor:.2f} |")


def journey() -> Figures:
    """Seconds and CPU seconds of each command."""
    figures = {}
    with tempfile.TemporaryDirectory() as place:
        figures[FIRST] = measured(lambda: first_response(Path(place)))
        shop = Path(place, "shop")
        for command, arguments in COMMANDS.items():
            times = 2 if "twice" in command else 1
            figures[command] = measured(lambda words=arguments, times=times: [run(shop, *words) for _ in range(times)])
    return figures


def measured(act: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and CPU seconds of the processes that were started meanwhile and have ended."""
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (seconds if isinstance(seconds, float) else time.perf_counter() - begun), processor


def run(folder: Path, *arguments: str) -> None:
    """One command that has to succeed."""
    subprocess.run([BEAST, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def first_response(place: Path) -> float:
    """Seconds until the documentation of a new project is served."""
    begun = time.perf_counter()
    run(place, "new", "shop")
    server = subprocess.Popen(
        [BEAST, "dev", "--port", "0"], cwd=place / "shop", stdout=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        address = next(found[0] for line in server.stdout or () if (found := re.search(r"http://[\d.]+:\d+", line)))
        urllib.request.urlopen(f"{address}/docs", timeout=60).close()
        return time.perf_counter() - begun
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate()


if __name__ == "__main__":
    main()
