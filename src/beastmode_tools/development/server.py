"""One start of the project's server, in a process of its own."""

import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beastmode_tools.errors import CouldNotRun

__all__ = ["Server", "listen"]

CHILD = Path(__file__).parent / "child.py"
GRACE = 5.0
"""Seconds for requests and jobs that run when the server is asked to end; a job that needs longer runs again."""
HIGHEST = 65535
"""The last port there is; `--port 0` chooses a free one."""
TICK = 0.2  # seconds, in which a person does not notice a wait


def listen(host: str, port: int) -> socket.socket:
    """The socket on which every start of the server answers, so that a reload refuses no connection.

    Raises:
        CouldNotRun: The port is in use.
    """
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as problem:
        raise CouldNotRun(
            f"port {port} is not available on {host} ({os.strerror(problem.errno or 0)}). "
            f"Stop the process that uses it, or choose another: beast dev --port {port + 1 if port < HIGHEST else 0}"
        ) from None


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was started.

    Args:
        process: Its process.
        ready: Where it reports that it answers.
    """

    process: "subprocess.Popen[bytes]"
    ready: int

    @classmethod
    def start(cls, python: Path, folder: Path, listening: socket.socket, environment: dict[str, str]) -> "Server":
        """Start it."""
        ready, report = os.pipe()
        process = subprocess.Popen(  # noqa: S603 - the interpreter is the project's own
            [str(python), str(CHILD), str(listening.fileno()), str(report)],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            pass_fds=(listening.fileno(), report),
            start_new_session=True,  # Ctrl-C reaches every process of the terminal; this one hears of it from us alone
        )
        os.close(report)
        return cls(process, ready)

    def wait_until_ready(self, is_over: Callable[[], bool]) -> dict[str, Any] | None:
        """What it reports when it answers; None if it ended, or was not wanted any more, before that."""
        text = b""
        try:
            while not text.endswith(b"\n"):
                if is_over():
                    return None
                if select.select([self.ready], [], [], TICK)[0]:
                    piece = os.read(self.ready, 65536)
                    if not piece:
                        self.process.wait()
                        return None
                    text += piece
        finally:
            os.close(self.ready)
        report: dict[str, Any] = json.loads(text)
        return report

    def stop(self) -> None:
        """End it: SIGTERM, and SIGKILL for whoever does not listen."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        end = time.monotonic() + GRACE
        while self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
