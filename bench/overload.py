#!/usr/bin/env python3
"""What is left of a server that is asked for five times as much as it can do?

Two views, each of a stated cost, in the blog as the bench serves it: one waits for PostgreSQL, one keeps a processor
busy. Capacity is what 64 clients get out of it, each asking again when it has its answer. Then requests come at five
times that rate, however the server fares, and each client leaves when it has waited for PATIENCE seconds. Goodput
is what was answered with 2xx by then. /health is asked all the while by another process, as a load balancer would.
"""

import argparse
import asyncio
import contextlib
import http.client
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import subject

if TYPE_CHECKING:
    import subprocess

sys.path.append(str(Path(__file__).with_name("http")))
import run

PATIENCE = 3.0
"""Seconds after which a client leaves."""
TIMES = 5
CLIENTS = 64
"""More than there are places, so that none of them is ever without work."""
PROBE_SECONDS = 0.05
VIEWS = {"waits for PostgreSQL, 50 ms": "/bench/waits", "keeps a processor busy, 20 ms": "/bench/computes"}
DONE = b"HTTP/1.1 200"
REFUSED = b"HTTP/1.1 503"


def create_app() -> Any:
    """The blog with the two views."""

    from sqlalchemy import text  # noqa: PLC0415 - the server alone needs these

    from blog import create_app as blog  # noqa: PLC0415 - the same
    from blog.models import db  # noqa: PLC0415 - the same

    app = blog()

    @app.get("/bench/waits")
    def waits() -> str:
        db.execute(text("SELECT pg_sleep(0.05)"))
        return "done"

    @app.get("/bench/computes")
    def computes() -> str:
        end = time.thread_time() + 0.02  # processor time: who waits for the interpreter has done nothing yet
        while time.thread_time() < end:
            sum(range(1000))
        return "done"

    return app


@dataclass
class Outcome:
    """What became of the requests of one run.

    Attributes:
        asking: How many seconds long requests came.
        seconds: When the last was answered.
        answers: How many there were of each kind.
        waits: Seconds until each that was answered 2xx.
        behind: Seconds that the latest request was sent late: this process must not be what is measured.
    """

    asking: float
    seconds: float = 0
    answers: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    behind: float = 0

    @property
    def rate(self) -> float:
        """Requests a second that were answered 2xx in time."""
        return self.answers["2xx"] / self.seconds


class Client:
    """Asks one path of a server.

    Args:
        port: Where the server listens.
        path: What to ask for.
        outcome: Where to count.
        keeps: Whether it asks again on a connection that the server has kept open.
    """

    def __init__(self, port: int, path: str, outcome: Outcome, *, keeps: bool) -> None:
        self._port = port
        kind = "keep-alive" if keeps else "close"
        self._request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: {kind}\r\n\r\n".encode()
        self._keeps = keeps
        self._outcome = outcome
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self) -> None:
        """Send one request, and count what becomes of it."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                kind = await self._answer()
        except TimeoutError:
            kind = "left"
        except (OSError, asyncio.IncompleteReadError):
            kind = "lost"
        self._outcome.answers[kind] += 1
        if kind == "2xx":
            self._outcome.waits.append(time.monotonic() - started)

    def close(self) -> None:
        """End the connections that are free."""
        for _, writer in self._free:
            writer.close()

    async def _answer(self) -> str:
        connection = self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = connection
        try:
            writer.write(self._request)
            head = await reader.readuntil(b"\r\n\r\n")
            headers = head.lower()
            await reader.readexactly(int(headers.partition(b"content-length: ")[2].partition(b"\r")[0]))
        except BaseException:
            writer.close()
            raise
        if b"connection: close" in headers or not self._keeps:
            writer.close()
        else:
            self._free.append(connection)
        if head.startswith(REFUSED):
            return "503 with Retry-After" if b"retry-after: " in headers else "503 without Retry-After"
        return "2xx" if head.startswith(DONE) else head[9:12].decode()


async def closed(port: int, path: str, seconds: float) -> Outcome:
    """Requests of CLIENTS, each of which asks again when it has been answered."""
    outcome = Outcome(seconds)
    client = Client(port, path, outcome, keeps=False)  # so that all workers get some, and none all
    begun = time.monotonic()
    end = begun + seconds

    async def go_on() -> None:
        while time.monotonic() < end:
            await client.ask()

    await asyncio.gather(*[go_on() for _ in range(CLIENTS)])
    outcome.seconds = time.monotonic() - begun
    return outcome


async def opened(port: int, path: str, seconds: float, rate: float) -> Outcome:
    """Requests at a rate, whatever becomes of those before."""
    outcome = Outcome(seconds)
    client = Client(port, path, outcome, keeps=True)
    asked = set()
    begun = time.monotonic()
    for number in range(round(rate * seconds)):
        early = begun + number / rate - time.monotonic()
        outcome.behind = max(outcome.behind, -early)
        if early > 0:
            await asyncio.sleep(early)
        task = asyncio.create_task(client.ask())
        asked.add(task)
        task.add_done_callback(asked.discard)
    outcome.asking = time.monotonic() - begun  # more than `seconds` where this process cannot keep pace
    await asyncio.gather(*asked)
    outcome.seconds = time.monotonic() - begun
    client.close()
    return outcome


def probe(port: int, seconds: float) -> list[float]:
    """Seconds that /health took, asked again and again on connections of its own; inf where it was no 200."""
    waits = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        started = time.monotonic()
        status = 0
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/health", headers={"Connection": "close"})
            status = connection.getresponse().status
            connection.close()
        waits.append(time.monotonic() - started if status == 200 else float("inf"))
        time.sleep(PROBE_SECONDS)
    return waits


def serve() -> tuple[int, "subprocess.Popen[bytes]"]:
    """The server's port, and its process."""
    command = f"cd {subject.BLOG} && exec {sys.executable} -m flask --app {Path(__file__).resolve()}:create_app"
    return run.start(f"{command} beastmode serve --port $PORT", subject.environment())


def measured(port: int, path: str, seconds: float) -> list[str]:
    """One row of the table: capacity, what was offered, what came of it, and how /health fared."""
    asyncio.run(closed(port, path, 1))
    capacity = asyncio.run(closed(port, path, seconds)).rate
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        probed = apart.submit(probe, port, seconds)
        outcome = asyncio.run(opened(port, path, seconds, TIMES * capacity))
        health = sorted(wait * 1000 for wait in probed.result())
    asked = outcome.answers.total()
    others = ", ".join(f"{kind}: {count}" for kind, count in sorted(outcome.answers.items()) if kind != "2xx")
    return [
        f"{capacity:.0f}",
        f"{asked / outcome.asking:.0f}",
        f"{outcome.rate:.0f} ({outcome.rate / capacity:.0%})",
        f"{statistics.median(outcome.waits) * 1000:.0f}" if outcome.waits else "-",
        others,
        f"{outcome.behind * 1000:.0f}",
        " / ".join(f"{health[min(len(health) - 1, int(part * len(health)))]:.0f}" for part in (0.5, 0.99, 1)),
    ]


def main() -> None:
    """Serve the blog with the two views, and print what becomes of each under load."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10, help="how long requests come, each time")
    args = parser.parse_args()
    subject.prepare()
    port, process = serve()
    try:
        columns = (
            "capacity",
            "offered",
            "goodput",
            "wait, ms",
            "the others",
            "sent late, ms",
            "/health, ms: p50 / p99 / max",
        )
        print(f"| the view | {' | '.join(columns)} |\n|{' --- |' * (len(columns) + 1)}")
        for name, path in VIEWS.items():
            print(f"| {name} | {' | '.join(measured(port, path, args.seconds))} |", flush=True)
    finally:
        run.stop(process)


if __name__ == "__main__":
    main()
