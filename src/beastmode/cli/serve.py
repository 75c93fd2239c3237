"""`flask beastmode serve`: granian, configured for production."""

import json
import os
import socket
import sys
import tempfile
from dataclasses import asdict, dataclass

import click
from flask.cli import ScriptInfo

from beastmode.cli.application import open_application
from beastmode.core.inspections import inspect
from beastmode.core.settings import Settings
from beastmode.security.listening import refuse_strangers


@dataclass(frozen=True, slots=True)
class Server:
    """What to serve, where, and with how many processes and threads.

    Attributes:
        target: The application as for `flask --app`; None for the one that Flask finds by itself.
        host: The address to listen on.
        port: The port to listen on.
        workers: The number of processes.
        threads: The number of requests that each process handles at a time.
    """

    target: str | None
    host: str
    port: int
    workers: int
    threads: int

    def as_argument(self) -> str:
        """The server as one command-line argument."""
        return json.dumps(asdict(self))


@click.command("serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all interfaces."
)
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True, help="The port to listen on.")
@click.option("--workers", type=click.IntRange(1), help="Number of processes. Default: WORKERS, or one per CPU.")
@click.option(
    "--threads", type=click.IntRange(1), help="Requests that each process handles at a time. Default: THREADS."
)
@click.pass_context
def serve(context: click.Context, host: str, port: int, workers: int | None, threads: int | None) -> None:
    """Serve the application with granian until SIGTERM or Ctrl-C.

    A worker that dies is replaced. On shutdown, workers finish their requests first, for up to 25 seconds.
    """
    _refuse_busy_port(host, port)
    app = open_application(context)
    settings: Settings | None = app.extensions.get("beastmode.settings")
    if settings is None:
        settings = Settings()
    else:
        refuse_strangers(settings, host)
    for problem in inspect(app):
        click.echo(f"Warning: {problem}", err=True)
    target = context.ensure_object(ScriptInfo).app_import_path
    workers = workers or settings.workers or _processors()
    threads = threads or settings.threads
    _become(Server(target, host, port, workers, threads))


def _refuse_busy_port(host: str, port: int) -> None:
    """Exit with one line if the port is in use: with SO_REUSEPORT, granian would share it.

    Raises:
        ClickException: It is not possible to listen on the address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]  # Python adds the address once more
        message = f"cannot listen on {host}:{port}: {reason}. Stop the process that uses it, or choose another --port."
        raise click.ClickException(message) from error


def _become(server: Server) -> None:
    """Replace this process with the server, which keeps the process ID.

    prometheus-client reads PROMETHEUS_MULTIPROC_DIR when it is imported, and in this process it has been imported
    already.
    """
    metrics = tempfile.mkdtemp(prefix="beastmode-metrics-")
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": metrics}
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-m", "beastmode.cli.server", server.as_argument()]
    os.execve(sys.executable, command, environment)  # noqa: S606 - no shell is wanted


def _processors() -> int:
    """The number of CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # where containers and taskset say so
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
