"""A worker process: granian's HTTP in front of the gate.

granian's own WSGI gives a thread to each body that is coming in, for as long as the client likes, and cannot break an
answer off. So its plainer interface is used, RSGI, without an event loop: what granian would put into a loop is called
in the thread that brings it. docs/why/server.md has the figures.
"""

import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Any

from flask.cli import ScriptInfo
from granian.http import HTTP1Settings

from beastmode.cli.serve import Server
from beastmode.cli.server.crew import Crew
from beastmode.cli.server.gate import Gate
from beastmode.cli.server.private_granian import native, scheduler_that
from beastmode.core.middleware import Middleware

DRAIN_SECONDS = 25  # Kubernetes and most supervisors kill after 30
_CONNECTIONS = 4096
"""Connections of a process, idle ones included: a browser keeps six, a load balancer hundreds."""
_HEADER_SECONDS = 10
"""For a request's header, and for the next on a connection that is kept open."""
_HEADER_BYTES = 64 * 1024
_SWITCH_SECONDS = 0.001
"""How long a thread keeps the interpreter where others want it; Python's own are five times as many. With every place
computing, one of a hundred requests for /health took 80 to 140 ms, and takes 8 to 20. Shorter ones never notice."""
_FOREVER = 10**9
"""Seconds after which a thread without work would end; the crew counts on those that there are."""
_LEAVE_AFTER = 1.0
"""Seconds in which clients that are connected may still ask, and are told by the answer that this worker leaves."""


class _Loop:
    """What granian takes for an event loop: whatever it would have called soon is called now.

    Args:
        crew: The threads that it is called in.
    """

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    def call_soon(self, function: Callable[..., object], *arguments: Any, context: Any = None) -> None:
        """Call it; granian wants no context kept."""
        del context
        self._crew.run(function, *arguments)

    call_soon_threadsafe = call_soon


def work(
    others: Sequence[socket.socket],
    number: int,
    _name: str | None,
    load: Callable[[], Gate],
    sockets: tuple[tuple[None, Any], Any],
    *_settings: Any,
) -> None:
    """Serve until a signal says to stop, or the main process is gone; granian calls it in the new process.

    Args:
        others: Where other workers listen.
        number: The worker's.
        load: Gives the gate.
        sockets: Where to listen, for granian and for Python.
    """
    # Ctrl-C reaches every process of the terminal. A worker that left on its own would be reported, and replaced.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # A fork keeps the main process's handlers, which would swallow a SIGTERM until the application is loaded.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    Thread(target=_follow_the_main_process, daemon=True).start()
    for other in others:  # somebody could still connect to it when its worker has left
        other.close()
    sys.setswitchinterval(_SWITCH_SECONDS)  # before the project's code, which may want another
    gate = load()
    Thread(target=gate.keep_time, daemon=True).start()
    Thread(target=gate.crew.watch, daemon=True).start()
    has_ended, stop = Event(), native.WorkerSignal()
    stop.add_cb(has_ended.set)
    worker = native.RSGIWorker(
        number,
        sockets[0],
        None,
        py_threads=gate.threads,
        py_threads_idle_timeout=_FOREVER,
        backpressure=_CONNECTIONS,
        http_mode="1",
        http1_opts=HTTP1Settings(header_read_timeout=_HEADER_SECONDS * 1000, max_buffer_size=_HEADER_BYTES),
    )
    is_told = Event()
    signal.signal(signal.SIGTERM, lambda *_: is_told.set())
    loop = _Loop(gate.crew)
    worker.serve_mtr(_scheduler_of(gate, loop), loop, stop)
    is_told.wait()
    _leave(gate, sockets[1])
    stop.set()
    has_ended.wait()


def _scheduler_of(gate: Gate, loop: _Loop) -> Any:
    """What granian gives every request to, in one of its threads: here it goes straight to the gate."""
    run = gate.crew.run

    def schedule(watcher: Any) -> None:
        run(gate, watcher.scope, watcher.proto)

    return scheduler_that(schedule, loop, gate)


def _leave(gate: Gate, listener: socket.socket) -> None:
    """Accept nobody else, and tell everybody who is connected by an answer that the connection ends with it.

    Who was accepted in this moment has not sent anything yet, and granian would close a connection that is silent.
    """
    gate.is_leaving = True
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        nobody.settimeout(0)
        os.dup2(nobody.fileno(), listener.fileno())
    sleep(_LEAVE_AFTER)


def _follow_the_main_process() -> None:
    """End with it: a worker without one would be replaced by nobody, told by nobody, and keep the port."""
    main = multiprocessing.parent_process()
    if main is not None:
        wait([main.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
        sleep(DRAIN_SECONDS)
        os._exit(1)


def load_gate(server: Server) -> Gate:
    """The application behind its gate.

    Args:
        server: What to serve, where, and with how many.
    """
    # Not set_debug_flag: the setting DEBUG says, and FLASK_DEBUG would overrule it.
    app = ScriptInfo(app_import_path=server.target, set_debug_flag=False).load_app()
    middleware: Middleware | None = app.extensions.get("beastmode.middleware")
    if middleware is None:  # for who is refused: an application without one has neither a log line nor metrics for it
        middleware = Middleware(app.wsgi_app)
        app.wsgi_app = middleware  # type: ignore[method-assign]  # Flask's documented way
    _announce(server)
    return Gate(app, server.threads, quick=middleware.probes, limit=app.config.get("MAX_CONTENT_LENGTH"))


def _announce(server: Server) -> None:
    """Say where the server serves, once a start: when the first worker has loaded the application."""
    try:
        (Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]) / "announced").touch(exist_ok=False)
    except FileExistsError:
        return
    address = f"http://{f'[{server.host}]' if ':' in server.host else server.host}:{server.port}"
    size = f"workers: {server.workers}, threads per worker: {server.threads}"
    print(f"Serving at {address} ({size}). Press Ctrl-C to stop.", file=sys.stderr, flush=True)  # noqa: T201 - for a person
