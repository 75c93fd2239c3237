"""Limits how many requests are handled at a time, and how long others wait.

No thread waits for a slot. A request that finds none is put into a queue, and its thread is free for the next one; a
thread that has finished takes the next request from the queue. So a slot is passed on without waking a thread, and
/health, which needs no slot, responds immediately.
"""

import io
import logging
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from beastmode.cli.server.bodies import Bodies, may_have_body
from beastmode.cli.server.crew import Crew
from beastmode.cli.server.pending_request import PendingRequest
from beastmode.cli.server.streams import STREAMS, send
from beastmode.cli.server.wire import clients
from beastmode.core.refusal import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_GREETERS = 4
"""The number of threads in addition to the busy ones: they accept requests, and respond to ALIVE."""
_ALIVE = "/health"
"""The probe that checks nothing, so it takes no time."""
PROBES = 4
"""The number of other probes at a time that need no slot. Each may wait as long as a statement may take, and anyone may
request them: further ones are queued, so that they cannot occupy every thread."""
PATIENCE = 1.5
"""The seconds that a request waits for a slot. With the half second for detecting an overdue statement, a client gets
503 within DATABASE_STATEMENT_SECONDS + 2 if the database has stopped responding."""
LINE = 1024
"""The number of requests of a process that may wait: as many as it handles in PATIENCE at 1.5 ms each."""
_TICK = 0.25
"""The seconds between checks for requests that have waited too long."""
_LOOK_AFTER = 0.5
"""The seconds in the queue after which the client's connection is checked; most requests never wait that long."""
_OVERLOADED = Refusal(503, "The server is busy; try again", f"no slot became free within {PATIENCE} s", retry=1)
_LINE_FULL = Refusal(503, "The server is busy; try again", f"{LINE:,} requests were waiting already", retry=1)
_GONE = Refusal(499, "The client has disconnected")  # nginx's number for it: nobody reads it but the log

log = logging.getLogger("beastmode")


class Gate:
    """Called by granian for every request.

    Args:
        app: The WSGI application.
        places: The number of requests that are handled at a time.
        quick: Paths that need no slot.
        limit: The maximum size of a request body; None for no limit.

    Attributes:
        threads: The number of threads that may call it.
        crew: These threads.
        is_leaving: Whether connections are closed after their next response.
    """

    def __init__(
        self, app: "WSGIApplication", places: int, *, quick: Collection[str] = (), limit: int | None = None
    ) -> None:
        self.threads = places + STREAMS + PROBES + _GREETERS
        self.crew = Crew(places + _GREETERS, lambda: len(self._line))
        self.is_leaving = False
        self._app = app
        self._quick = quick
        # Both ends of a deque are thread-safe without a lock.
        self._places = deque([None] * places)
        self._streams = deque([None] * STREAMS)
        self._probes = deque([None] * PROBES)
        self._line: deque[PendingRequest] = deque()
        self._bodies = Bodies(limit, self.enter, self.refuse)

    def __call__(self, scope: Any, proto: Any) -> None:
        """Accept a request."""
        request = PendingRequest(scope, proto, is_last=self.is_leaving)
        environ = request.environ
        if request.invalid is not None:
            self._bodies.refuse(request, request.invalid)
            return
        if may_have_body(environ):
            self._bodies.receive(request)
            return
        environ["wsgi.input"] = io.BytesIO()
        if environ["PATH_INFO"] in self._quick:
            self._probe(request)
        else:
            self.enter(request)

    def enter(self, request: PendingRequest) -> None:
        """Queue a complete request, and handle requests as long as there is a slot and something to do."""
        if len(self._line) >= LINE:
            self.refuse(request, _LINE_FULL)
            return
        self._line.append(request)
        self._work()

    def refuse(self, request: PendingRequest, refusal: Refusal) -> None:
        """Refuse a request, with the usual headers, log line and metrics."""
        request.refuse(self._app, refusal)

    def keep_time(self) -> None:
        """Check the waiting requests until the process ends."""
        seen = monotonic()
        while True:
            sleep(_TICK)
            try:
                self._bodies.send_slow_away()
                self._send_waiting_away()
                if self._line and monotonic() - seen > _LOOK_AFTER:
                    self._forget_who_left()
                    seen = monotonic()
            except Exception:  # without this thread nobody's waiting would be bounded
                log.exception("checking the waiting requests failed")

    def _probe(self, request: PendingRequest) -> None:
        if request.environ["PATH_INFO"] == _ALIVE:
            request.answer(self._app)
            return
        try:
            self._probes.pop()
        except IndexError:
            self.enter(request)
            return
        request.answer(self._app)
        self._probes.append(None)

    def _work(self) -> None:
        while self._line:
            try:
                self._places.pop()
            except IndexError:  # whoever has a place takes the next
                return
            while (request := self._next()) is not None:
                body = request.answer(self._app)
                if body is not None and self._stream(request, body):
                    return
                self.crew.go_on()
            self._places.append(None)

    def _next(self) -> PendingRequest | None:
        while True:
            try:
                request = self._line.popleft()
            except IndexError:
                return None
            if monotonic() - request.arrived < PATIENCE:
                return request
            self.refuse(request, _OVERLOADED)

    def _stream(self, request: PendingRequest, body: Any) -> bool:
        """Send a body piece by piece; True if the slot was released for it."""
        try:
            self._streams.pop()
        except IndexError:
            send(request, body)
            return False
        self._places.append(None)
        if self._line:  # for whom this thread would have been the next
            Thread(target=self._work, daemon=True).start()
        try:
            send(request, body)
        finally:
            self._streams.append(None)
        return True

    def _send_waiting_away(self) -> None:
        oldest = monotonic() - PATIENCE
        while True:
            try:
                request = self._line.popleft()
            except IndexError:
                return
            if request.arrived > oldest:
                self._line.appendleft(request)
                return
            self.refuse(request, _OVERLOADED)

    def _forget_who_left(self) -> None:
        waiting = tuple(self._line)  # before the look: who comes while it lasts is not among those that it sees
        connected = clients()
        for request in waiting:
            if request.client in connected:
                continue
            with suppress(ValueError):  # its turn may have come meanwhile
                self._line.remove(request)
                self.refuse(request, _GONE)
