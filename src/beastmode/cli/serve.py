"""`flask beastmode serve`: granian, as a production server wants it."""

import os
import signal
import socket
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial

import click
from flask import Flask
from flask.cli import NoAppException, ScriptInfo

from beastmode.core.errors import BeastmodeError
from beastmode.core.settings import Settings

__all__ = ["Trial", "refuse_busy_port", "serve", "serve_application"]

Factory = Callable[..., Flask]
DRAIN_SECONDS = 25  # Kubernetes and most supervisors kill after 30


@dataclass(frozen=True)
class Trial:
    """What loading the application once has shown.

    Attributes:
        settings: Its settings; the defaults where it does not use beastmode.
        problem: Why it does not load; empty where it does.
    """

    settings: Settings
    problem: str = ""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for every one.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True, help="The port to listen on.")
@click.option("--workers", type=click.IntRange(1), help="Processes.  [default: WORKERS, else one a processor]")
@click.option("--threads", type=click.IntRange(1), help="Requests a process works on at a time.  [default: THREADS]")
@click.pass_context
def serve(context: click.Context, host: str, port: int, workers: int | None, threads: int | None) -> None:
    """Serve the application with granian until SIGTERM or Ctrl-C.

    A worker that dies is replaced. One that is told to stop finishes its requests first, for up to 25 seconds.
    """
    refuse_busy_port(host, port)
    info = context.ensure_object(ScriptInfo)
    trial = tried(info)
    if trial.problem:
        raise click.ClickException(trial.problem)
    workers = workers or trial.settings.workers or processors()
    threads = threads or trial.settings.threads
    click.echo(f"Serving at http://{host}:{port}, {workers} x {threads} requests at a time. Ctrl-C stops.", err=True)
    serve_application(info, host=host, port=port, workers=workers, threads=threads)


def refuse_busy_port(host: str, port: int) -> None:
    """Ends with one line where somebody listens already: granian's SO_REUSEPORT would share the port with them.

    Raises:
        ClickException: Where the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]  # Python adds the address once more
        message = f"cannot listen on {host}:{port}: {reason}. Stop what is there, or take another --port."
        raise click.ClickException(message) from error


def tried(info: ScriptInfo) -> Trial:
    """What loading the application shows, seen in a process of its own so that this one stays small."""
    with ProcessPoolExecutor(max_workers=1) as child:
        try:
            return child.submit(trial, info.app_import_path, info.create_app).result()
        except BrokenProcessPool:
            return Trial(Settings(), "the application ended its process while it was being loaded.")


def trial(app_import_path: str | None, create_app: Factory | None = None) -> Trial:
    """Loads the application once."""
    try:
        app = load(app_import_path, create_app)
    except BeastmodeError as error:
        return Trial(Settings(), str(error))
    except NoAppException as error:
        return Trial(Settings(), error.format_message())
    return Trial(app.extensions.get("beastmode.settings", Settings()))


def load(app_import_path: str | None, create_app: Factory | None = None) -> Flask:
    """The application as `flask --app` finds it; FLASK_DEBUG does not touch what the settings say of DEBUG."""
    info = ScriptInfo(app_import_path=app_import_path, create_app=create_app, set_debug_flag=False)
    return info.load_app()


def load_in_worker(app_import_path: str | None, create_app: Factory | None = None) -> Flask:
    """The application, in a worker that the main process alone stops."""
    # Ctrl-C reaches every process of the terminal. A worker that left on its own would be reported, and replaced.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # A fork keeps the main process's handler, which would swallow a SIGTERM until the application is loaded.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return load(app_import_path, create_app)


def serve_application(info: ScriptInfo, *, host: str, port: int, workers: int, threads: int) -> None:
    """Serves until a signal ends it, with a metrics directory of its own that is gone afterwards.

    Raises:
        SystemExit: With 1, where a worker dies twice within seconds.
    """
    from granian import Granian  # noqa: PLC0415 - every `flask` command loads this module; one needs the server
    from granian.constants import Interfaces  # noqa: PLC0415 - as above
    from granian.log import LogLevels  # noqa: PLC0415 - as above

    with tempfile.TemporaryDirectory(prefix="beastmode-metrics-") as metrics:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics
        server = Granian(
            "beastmode",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads,
            # More requests than threads would wait inside of the worker, where another worker cannot take them.
            backpressure=threads,
            websockets=False,
            log_level=LogLevels.warning,
            log_access=False,
            respawn_failed_workers=True,
            workers_kill_timeout=DRAIN_SECONDS,
        )
        server.serve(target_loader=partial(load_in_worker, info.app_import_path, info.create_app), wrap_loader=False)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # where containers and taskset say so
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
