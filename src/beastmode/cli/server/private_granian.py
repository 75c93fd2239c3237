"""Access to what is private in granian."""

import socket
from collections.abc import Callable
from functools import partial
from typing import Any

import granian
from granian import _granian
from granian.server.mp import MPServer

__all__ = ["RELIES_ON", "SocketPerWorker", "native", "scheduler_that"]

native: Any = _granian
"""The module in Rust, with workers and signals; its annotations are those of an older release."""

RELIES_ON: tuple[tuple[Any, str], ...] = (
    (granian, "_granian"),
    (_granian, "WorkerSignal"),
    (_granian, "RSGIWorker"),
    (_granian, "CallbackScheduler._schedule_fn"),
    (_granian, "SocketHolder"),
    (MPServer, "_init_shared_socket"),
    (MPServer, "_spawn_worker"),
    (MPServer, "_drop_shared_socket"),
    (MPServer, "_ssp"),
    (MPServer, "_shd"),
    (MPServer, "_sso"),
)
"""Every private name that this module uses, with its owner."""


def scheduler_that(schedule: Callable[[Any], None], loop: Any, target: Any) -> Any:
    """A scheduler that passes every request to a function, in one of granian's threads; the public one needs a loop.

    Args:
        schedule: Called with an object that has the request's scope and protocol.
        loop: The event loop, as granian sees it.
        target: The application, as granian sees it.
    """
    scheduler = native.CallbackScheduler(loop, target, None, None, None)
    scheduler._schedule_fn = schedule
    return scheduler


class SocketPerWorker(MPServer):
    """granian's main process with a listening socket for each worker; granian itself has no option for that."""

    listeners: list[socket.socket]

    def open_listeners(self) -> list[socket.socket]:
        """The listening sockets of the workers, in order."""
        raise NotImplementedError

    def close_listeners(self) -> None:
        """Close them; called before granian signals the workers to stop."""
        raise NotImplementedError

    def _init_shared_socket(self) -> None:
        self._ssp, self.listeners = None, self.open_listeners()

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:  # type: ignore[override]  # as MPServer
        self._sso = self.listeners[idx % len(self.listeners)]
        self._shd = native.SocketHolder(self._sso.fileno(), uds=False, backlog=self.backlog)
        others = [listener for listener in self.listeners if listener is not self._sso]
        return super()._spawn_worker(idx, partial(target, others), callback_loader)

    def _drop_shared_socket(self) -> None:
        self.close_listeners()
