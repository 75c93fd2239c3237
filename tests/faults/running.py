"""The blog as `flask beastmode serve` runs it: real workers, real sockets."""

import contextlib
import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

SLOW_BLOG = str(Path(__file__).with_name("slow_blog.py"))
BLOG = Path(__file__).resolve().parents[2] / "examples" / "blog"
PATIENCE = 60
PASSWORD = "Correct-Horse-Battery-9"
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What came back.

    Args:
        status: Status code.
        headers: By name, in lower case.
        body: The bytes.
    """

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Running:
    """A server that answers.

    Attributes:
        port: Where.
        process: Its main process.
        token: The access token that requests carry, once somebody has logged in.
    """

    def __init__(self, port: int, process: subprocess.Popen[bytes], output: Path) -> None:
        self.port = port
        self.process = process
        self.token: str | None = None
        self._output = output

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request on a connection of its own, which any worker may get."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            sent = {"Connection": "close", **{name.replace("_", "-"): value for name, value in headers.items()}}
            if self.token is not None:
                sent.setdefault("Authorization", f"Bearer {self.token}")
            if body is not None:
                sent["Content-Type"] = "application/json"
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())

    def log_in(self, email: str, password: str) -> Answer:
        """Log in, and keep the token if that went well."""
        answer = self.ask("POST", "/api/auth/login", {"email": email, "password": password})
        if answer.status == 200:
            self.token = answer.json["data"]["token"]
        return answer

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def workers(self) -> list[int]:
        """The process ids of its workers."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[1]) == self.process.pid and fields[0] != "Z":
                    found.append(int(stat.parent.name))
        return found

    def output(self) -> str:
        """What it has written to the terminal."""
        return self._output.read_text()


@contextlib.contextmanager
def running_blog(
    folder: Path,
    database_url: str,
    *,
    workers: int = 2,
    threads: int = 4,
    file_size: int | None = None,
    app: str = "blog",
    **environment: str,
) -> Iterator[Running]:
    """A blog that is served by granian, on a database that has its tables.

    Args:
        folder: Where what it prints is kept.
        database_url: Its database.
        workers: Processes.
        threads: Requests that each works on at a time.
        file_size: Bytes that no file of the server's may have more of; None is no bound.
        app: What `flask --app` is given.
        environment: Settings.
    """
    port, output = free_port(), folder / "server-output"
    words = ["beastmode", "serve", "--port", str(port), "--workers", str(workers), "--threads", str(threads)]
    settings = {"ENVIRONMENT": "testing", "DATABASE_URL": database_url, "LOG_LEVEL": "ERROR"}
    with output.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", app, *words],
            cwd=BLOG,
            env={**os.environ, **settings, **environment},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    if file_size is not None:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (file_size, file_size))
    server = Running(port, process, output)
    try:
        until(lambda: answers(server) or process.poll() is not None)
        assert process.poll() is None, server.output()
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers(server: Running) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        return server.ask("GET", "/health").status == 200
    return False


def until(holds: Callable[[], T]) -> T:
    """Wait for something to hold, and return it."""
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
