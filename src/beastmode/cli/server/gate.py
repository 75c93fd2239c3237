"""Lets so many requests work at a time, and bounds how long the others wait.

No thread waits for a place. A request that finds none is put into the line, and its thread is free for the next; who
has finished takes the next from the line. So a place changes hands without waking anybody, and /health, which needs no
place, is answered at once whatever the others do.
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
from beastmode.cli.server.call import Call
from beastmode.cli.server.crew import Crew
from beastmode.cli.server.streams import STREAMS, send
from beastmode.cli.server.wire import clients
from beastmode.core.refusal import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_GREETERS = 4
"""Threads beside those that have something to do: they take requests in, and answer ALIVE."""
_ALIVE = "/health"
"""The probe that looks at nothing, so that answering it takes no time."""
PROBES = 4
"""Other probes at a time that need no place. Each may wait for what it looks at as long as a statement may take, and
anybody may ask: more of them wait in line, so that they cannot keep every thread."""
PATIENCE = 1.5
"""Seconds that a request waits for a place. With the half second in which an overdue statement is noticed, a client is
told within DATABASE_STATEMENT_SECONDS + 2 that the database has stopped answering."""
LINE = 1024
"""Requests of a process that may wait: as many as it works off in PATIENCE at a millisecond and a half each."""
_TICK = 0.25
"""Seconds between looks at who has waited too long."""
_LOOK_AFTER = 0.5
"""Seconds in the line after which it is looked whether the client is still there; most requests never wait so long."""
_OVERLOADED = Refusal(503, "The server is busy; try again", f"no slot became free within {PATIENCE} s", retry=1)
_LINE_FULL = Refusal(503, "The server is busy; try again", f"{LINE:,} requests were waiting already", retry=1)
_GONE = Refusal(499, "The client has disconnected")  # nginx's number for it: nobody reads it but the log

log = logging.getLogger("beastmode")


class Gate:
    """What granian calls for every request.

    Args:
        app: The WSGI application.
        places: How many requests are worked on at a time.
        quick: Paths that are answered without a place.
        limit: Bytes that a request's body may have; None for any number.

    Attributes:
        threads: How many threads may call it.
        crew: These threads.
        is_leaving: Whether connections end with their next answer.
    """

    def __init__(
        self, app: "WSGIApplication", places: int, *, quick: Collection[str] = (), limit: int | None = None
    ) -> None:
        self.threads = places + STREAMS + PROBES + _GREETERS
        self.crew = Crew(places + _GREETERS, lambda: len(self._line))
        self.is_leaving = False
        self._app = app
        self._quick = quick
        # Both ends of a deque are taken by one thread at a time, without a lock.
        self._places = deque([None] * places)
        self._streams = deque([None] * STREAMS)
        self._probes = deque([None] * PROBES)
        self._line: deque[Call] = deque()
        self._bodies = Bodies(limit, self.enter, self.refuse)

    def __call__(self, scope: Any, proto: Any) -> None:
        """Take a request in."""
        call = Call(scope, proto, is_last=self.is_leaving)
        environ = call.environ
        if may_have_body(environ):
            self._bodies.receive(call)
            return
        environ["wsgi.input"] = io.BytesIO()
        if environ["PATH_INFO"] in self._quick:
            self._probe(call)
        else:
            self.enter(call)

    def enter(self, call: Call) -> None:
        """Put a request that is complete into the line, and work as long as there is a place and something to do."""
        if len(self._line) >= LINE:
            self.refuse(call, _LINE_FULL)
            return
        self._line.append(call)
        self._work()

    def refuse(self, call: Call, refusal: Refusal) -> None:
        """Send somebody away: with the headers, the log line and the metrics of any answer."""
        call.refuse(self._app, refusal)

    def keep_time(self) -> None:
        """Look after everybody who waits, until the process ends."""
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

    def _probe(self, call: Call) -> None:
        if call.environ["PATH_INFO"] == _ALIVE:
            call.answer(self._app)
            return
        try:
            self._probes.pop()
        except IndexError:
            self.enter(call)
            return
        call.answer(self._app)
        self._probes.append(None)

    def _work(self) -> None:
        while self._line:
            try:
                self._places.pop()
            except IndexError:  # whoever has a place takes the next
                return
            while (call := self._next()) is not None:
                body = call.answer(self._app)
                if body is not None and self._stream(call, body):
                    return
                self.crew.go_on()
            self._places.append(None)

    def _next(self) -> Call | None:
        while True:
            try:
                call = self._line.popleft()
            except IndexError:
                return None
            if monotonic() - call.arrived < PATIENCE:
                return call
            self.refuse(call, _OVERLOADED)

    def _stream(self, call: Call, body: Any) -> bool:
        """Send a body piece by piece; whether the place was given up for it."""
        try:
            self._streams.pop()
        except IndexError:
            send(call, body)
            return False
        self._places.append(None)
        if self._line:  # for whom this thread would have been the next
            Thread(target=self._work, daemon=True).start()
        try:
            send(call, body)
        finally:
            self._streams.append(None)
        return True

    def _send_waiting_away(self) -> None:
        oldest = monotonic() - PATIENCE
        while True:
            try:
                call = self._line.popleft()
            except IndexError:
                return
            if call.arrived > oldest:
                self._line.appendleft(call)
                return
            self.refuse(call, _OVERLOADED)

    def _forget_who_left(self) -> None:
        waiting = tuple(self._line)  # before the look: who comes while it lasts is not among those that it sees
        connected = clients()
        for call in waiting:
            if call.client in connected:
                continue
            with suppress(ValueError):  # its turn may have come meanwhile
                self._line.remove(call)
                self.refuse(call, _GONE)
