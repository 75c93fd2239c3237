"""Redis and RabbitMQ servers of the tests' own, on ports and in folders of their own, which tests may kill."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

PATIENCE = 60
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The program itself; the one in /usr/sbin runs as another user, with the folders of the system's own server."""


class OwnBroker:
    """A server that runs in a process group of its own.

    Attributes:
        port: Where it listens.
        url: Its address for Celery.
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, with what it had stored, and wait until it lets clients in."""
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                self._command(),
                env=self._environment(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while not listens(self.port):
            assert self._process.poll() is None, (self._folder / "output").read_text()
            assert time.monotonic() < deadline, (self._folder / "output").read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it at once, as a machine that loses its power does."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stop it without ending it: it accepts connections, and says nothing."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGCONT)

    def forget(self) -> None:
        """Delete what it has stored, while it does not run."""
        for folder in ("appendonlydir", "data"):
            shutil.rmtree(self._folder / folder, ignore_errors=True)

    def url_at(self, port: int) -> str:
        """Its address for Celery, by way of another port."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        return self.url_at(self.port)

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _environment(self) -> dict[str, str]:
        return dict(os.environ)


class OwnRedis(OwnBroker):
    """A Redis server that stores every message, as far as the system does not lose it."""

    def url_at(self, port: int) -> str:
        return f"redis://127.0.0.1:{port}/0"

    def _command(self) -> list[str]:
        options = ["--bind", "127.0.0.1", "--dir", str(self._folder), "--save", "", "--appendonly", "yes"]
        return ["redis-server", "--port", str(self.port), *options]


class OwnRabbitMQ(OwnBroker):
    """A RabbitMQ node with one scheduler, which starts in five seconds."""

    def url_at(self, port: int) -> str:
        return f"amqp://guest:guest@127.0.0.1:{port}//"

    def _command(self) -> list[str]:
        return [str(RABBITMQ)]

    def _environment(self) -> dict[str, str]:
        (self._folder / "plugins").write_text("[].")
        (self._folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        return super()._environment() | {
            "HOME": str(self._folder),
            "RABBITMQ_CONF_ENV_FILE": str(self._folder / "none"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_NODENAME": f"tests{self.port}@localhost",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1",
        }


@contextmanager
def own_broker(kind: str, folder: Path) -> Iterator[OwnBroker]:
    """A server that runs and is gone at the end; skips the test where it is not installed.

    Args:
        kind: "redis" or "rabbitmq".
        folder: Where its data is kept.
    """
    if kind == "redis" and shutil.which("redis-server") is None:
        pytest.skip("no redis-server on PATH: there is no Redis that a test could kill")
    if kind == "rabbitmq" and not RABBITMQ.exists():
        pytest.skip(f"no {RABBITMQ}: there is no RabbitMQ that a test could kill")
    broker = {"redis": OwnRedis, "rabbitmq": OwnRabbitMQ}[kind](folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()


def listens(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
