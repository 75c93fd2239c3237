"""The main process: it listens, and replaces dead workers."""

import multiprocessing
import os
import shutil
import socket
import sys
from functools import partial
from importlib import import_module
from time import sleep

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from beastmode.cli.serve import Server
from beastmode.cli.server.newcomers import turn_away
from beastmode.cli.server.private_granian import SocketPerWorker
from beastmode.cli.server.worker import DRAIN_SECONDS, load_gate, work

_BACKLOG = 1024
_UNREAD_SECONDS = 30
"""The operating system closes a connection after this time without a byte accepted by the client."""
_HEAVY = ("alembic", "flask_migrate", "flask_smorest", "sqlalchemy.orm", "beastmode")
"""The modules that take most of a worker's startup time; without the project's own code."""


_ACCEPT_SECONDS = 0.25
"""The time for workers to accept connections that were started before new ones were refused: a round trip across half
the world."""


class _MainProcess(SocketPerWorker):
    """granian's main process, which keeps a listening socket for each of its workers open while it runs.

    If all of them listened on one socket, the worker that wakes first would take all connections of a burst. granian's
    workers each open their own socket; when one exits, the connections that wait in it are lost. Here they wait for its
    replacement.
    """

    def open_listeners(self) -> list[socket.socket]:
        """The listening sockets of the workers, in order."""
        family = socket.AF_INET6 if ":" in self.bind_addr else socket.AF_INET
        listen = partial(socket.create_server, (self.bind_addr, self.bind_port), family=family, backlog=_BACKLOG)
        # Only this one fails if the port is in use; sockets that share a port do not check.
        listeners = [listen()]
        if sys.platform == "linux" and self.workers > 1:  # other systems do not spread connections over such sockets
            listeners.pop().close()
            listeners = [listen(reuse_port=True) for _ in range(self.workers)]
        for listener in listeners:
            listener.settimeout(0)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections inherit it
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_SECONDS * 1000)
        return listeners

    def close_listeners(self) -> None:
        """Close the sockets once no connection waits in them."""
        for listener in self.listeners:
            turn_away(listener)
        sleep(_ACCEPT_SECONDS)
        for listener in self.listeners:
            listener.close()


def run(server: Server) -> None:
    """Serve until a signal, then remove the metrics directory of this start.

    Args:
        server: What to serve, where, and with how many processes and threads.

    Raises:
        SystemExit: With 1, if a worker dies twice within seconds.
    """
    multiprocessing.set_start_method("fork", force=True)
    for module in _HEAVY:
        import_module(module)
    main = _MainProcess(
        "beastmode",
        address=server.host,
        port=server.port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        workers=server.workers,
        backlog=_BACKLOG,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
    )
    try:
        main.serve(spawn_target=work, target_loader=partial(load_gate, server), wrap_loader=False)
    finally:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
