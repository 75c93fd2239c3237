"""The process that `flask beastmode serve` becomes: `python -m beastmode.cli.server` with one argument."""

import json
import logging
import os
import shutil
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask.cli import ScriptInfo
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from beastmode.cli.gate import ROOM, Gate
from beastmode.cli.serve import Server

__all__ = ["load_in_worker", "run"]

DRAIN_SECONDS = 25  # Kubernetes and most supervisors kill after 30
CONNECTIONS = 512  # of one process, idle ones included; half of the file descriptors that it usually may have


def run(server: Server) -> None:
    """Serves until a signal ends it, then removes the metrics directory of this start.

    Args:
        server: What to serve, where, and with how many.

    Raises:
        SystemExit: With 1, where a worker dies twice within seconds.
    """
    granian = Granian(
        "beastmode",
        address=server.host,
        port=server.port,
        interface=Interfaces.WSGI,
        workers=server.workers,
        blocking_threads=server.threads + ROOM,
        # Connections, not requests, whatever granian calls it: a browser keeps six, a load balancer hundreds.
        backpressure=CONNECTIONS,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
    )
    logging.getLogger("_granian").addFilter(is_news)
    try:
        granian.serve(target_loader=partial(load_in_worker, server), wrap_loader=False)
    finally:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def is_news(record: logging.LogRecord) -> bool:
    """Whether a line of granian's tells what a person did not choose: it finds our number of threads high.

    Most of them wait at the gate, or for a body.
    """
    return "Python threads" not in record.getMessage()


def load_in_worker(server: Server) -> Flask:
    """The application, in a worker that the main process alone stops.

    Args:
        server: What to serve, where, and with how many.
    """
    # Ctrl-C reaches every process of the terminal. A worker that left on its own would be reported, and replaced.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # A fork keeps the main process's handler, which would swallow a SIGTERM until the application is loaded.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Not set_debug_flag: the setting DEBUG says, and FLASK_DEBUG would overrule it.
    app = ScriptInfo(app_import_path=server.target, set_debug_flag=False).load_app()
    # Inside of the edge, which answers probes while every place is taken, and dresses who is sent away.
    edge: Any = app.extensions.get("beastmode.edge")
    if edge is None:
        app.wsgi_app = Gate(app.wsgi_app, server.threads)  # type: ignore[method-assign]  # Flask's documented way
    else:
        edge.app = Gate(edge.app, server.threads)
    announce(server)
    return app


def announce(server: Server) -> None:
    """Say where the server serves, once a start: when the first worker has loaded the application."""
    try:
        (Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]) / "announced").touch(exist_ok=False)
    except FileExistsError:
        return
    address = f"http://{f'[{server.host}]' if ':' in server.host else server.host}:{server.port}"
    places = f"{server.workers} x {server.threads} requests at a time"
    print(f"Serving at {address}, {places}. Ctrl-C stops.", file=sys.stderr, flush=True)  # noqa: T201 - for a person


if __name__ == "__main__":
    run(Server(**json.loads(sys.argv[1])))
