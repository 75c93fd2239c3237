"""A worker process: granian's HTTP implementation in front of the gate.

granian's own WSGI uses a thread for each body that is arriving, for as long as the client likes, and cannot abort a
response. So its lower-level interface RSGI is used, without an event loop: what granian would put into a loop is called
in the thread that delivers it. docs/why/server.md has the figures.
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
"""The connections of a process, including idle ones: a browser keeps six, a load balancer hundreds."""
_HEADER_SECONDS = 10
"""The time for the headers of a request, and for the next request on a keep-alive connection."""
_HEADER_BYTES = 64 * 1024
_SWITCH_SECONDS = 0.001
"""How long a thread keeps the interpreter lock while others wait; Python's default is five times as long. With every
slot computing, the p99 of /health was 80 to 140 ms, and is 8 to 20."""
_FOREVER = 10**9
"""The seconds after which an idle thread would end; the crew relies on the existing threads."""
_LEAVE_AFTER = 1.0
"""The seconds in which connected clients may still send requests, and are told by the response that this worker
stops."""


class _Loop:
    """An event loop for granian that calls everything immediately.

    Args:
        crew: The threads that call it.
    """

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    def call_soon(self, function: Callable[..., object], *arguments: Any, context: Any = None) -> None:
        """Call it; granian needs no context."""
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
    """Serve until a signal, or until the main process has exited; granian calls it in the new process.

    Args:
        others: The sockets of other workers.
        number: The number of the worker.
        load: Returns the gate.
        sockets: The sockets to listen on, for granian and for Python.
    """
    # Ctrl-C reaches every process of the terminal. A worker that exits by itself would be reported, and replaced.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # A fork inherits the main process's handlers, which would ignore a SIGTERM until the application is loaded.
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
    """What granian calls with every request, in one of its threads: it goes directly to the gate."""
    run = gate.crew.run

    def schedule(watcher: Any) -> None:
        run(gate, watcher.scope, watcher.proto)

    return scheduler_that(schedule, loop, gate)


def _leave(gate: Gate, listener: socket.socket) -> None:
    """Accept no more connections, and close those that are open after their next response.

    A client that was just accepted has not sent anything yet, and granian would close an idle connection.
    """
    gate.is_leaving = True
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        nobody.settimeout(0)
        os.dup2(nobody.fileno(), listener.fileno())
    sleep(_LEAVE_AFTER)


def _follow_the_main_process() -> None:
    """Exit with the main process: a worker without one would be neither replaced nor stopped, and keep the port."""
    main = multiprocessing.parent_process()
    if main is not None:
        wait([main.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
        sleep(DRAIN_SECONDS)
        os._exit(1)


def load_gate(server: Server) -> Gate:
    """The application behind its gate.

    Args:
        server: What to serve, where, and with how many processes and threads.
    """
    # Not set_debug_flag: the setting DEBUG decides, and FLASK_DEBUG would override it.
    app = ScriptInfo(app_import_path=server.target, set_debug_flag=False).load_app()
    middleware: Middleware | None = app.extensions.get("beastmode.middleware")
    if middleware is None:  # for who is refused: an application without one has neither a log line nor metrics for it
        middleware = Middleware(app.wsgi_app)
        app.wsgi_app = middleware  # type: ignore[method-assign]  # Flask's documented way
    _announce(server)
    return Gate(app, server.threads, quick=middleware.probes, limit=app.config.get("MAX_CONTENT_LENGTH"))


def _announce(server: Server) -> None:
    """Print where the server is listening, once per start, when the first worker has loaded the application."""
    try:
        (Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]) / "announced").touch(exist_ok=False)
    except FileExistsError:
        return
    address = f"http://{f'[{server.host}]' if ':' in server.host else server.host}:{server.port}"
    size = f"workers: {server.workers}, threads per worker: {server.threads}"
    print(f"Serving at {address} ({size}). Press Ctrl-C to stop.", file=sys.stderr, flush=True)  # noqa: T201 - for a person
