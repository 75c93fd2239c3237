"""Serves a project until Ctrl-C, and starts it again when a file changes."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from beastmode_tools.development.log import log_environment
from beastmode_tools.development.server import Server, listen
from beastmode_tools.development.watch import snapshot
from beastmode_tools.errors import CouldNotRun

__all__ = ["serve"]

PAUSE = 0.3
"""Seconds between two looks at the files: soon enough for a person, and a few milliseconds of work."""

Say = Callable[[str], None]


def serve(python: Path, folder: Path, *, host: str, port: int, say: Say) -> int:
    """Migrate, seed and serve a project; the exit status.

    Args:
        python: The project's interpreter.
        folder: The project's folder.
        host: Where to listen.
        port: Where to listen.
        say: Writes to the person.

    Raises:
        CouldNotRun: The port is in use.
    """
    listening = listen(host, port)
    stopped: list[int] = []
    before = {
        number: signal.signal(number, lambda signal_number, _: stopped.append(signal_number))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        return run(python, folder, listening, lambda: bool(stopped), say)
    finally:
        listening.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def run(python: Path, folder: Path, listening: Any, is_stopped: Callable[[], bool], say: Say) -> int:
    """Starts the server again and again; ends when somebody wants that, or if it cannot start the first time."""
    url = "http://{}:{}".format(*listening.getsockname()[:2])
    environment = {"ENVIRONMENT": "development", "FLASK_DEBUG": "1", "PYTHONUNBUFFERED": "1"}
    environment |= log_environment(folder)
    has_served = False
    while not is_stopped():
        seen = snapshot(folder)
        server = Server.start(python, folder, listening, environment)
        try:
            report = server.wait_until_ready(lambda before=seen: is_stopped() or snapshot(folder) != before)  # type: ignore[misc]  # the lambda's default
            if report is not None and not has_served:
                say(welcome(url, report))
                has_served = True
            elif report is not None:
                say("Reloaded.")
            if server.process.poll() is not None and not has_served:
                raise CouldNotRun("the application does not start; the reason is above.")
            if server.process.poll() is not None:
                say("It does not start; the reason is above. Waiting for a change.")
            wait(lambda before=seen: is_stopped() or snapshot(folder) != before)  # type: ignore[misc]  # likewise
        finally:
            server.stop()
    say("Stopped.")
    return 0


def wait(is_over: Callable[[], bool]) -> None:
    """Waits until something happens."""
    while not is_over():
        time.sleep(PAUSE)


def welcome(url: str, report: dict[str, Any]) -> str:
    """What there is to open."""
    routes = report["routes"]
    lines = [f"{report['app']} is at {url}, and reloads when a file changes. Press Ctrl-C to stop.", ""]
    lines += [f"  docs     {url}/docs"] if any(route.startswith("/docs") for route in routes) else []
    lines += [f"  inbox    {url}/dev/inbox"] if "/dev/inbox" in routes else []
    lines += [f"  {line}" for line in report["said"].splitlines()]
    return "\n".join(lines)
