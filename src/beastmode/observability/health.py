"""Health checks for load balancers: is the process alive, and are the services that it needs available?"""

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic

import orjson
from flask import Flask

from beastmode.core.callables import deferred_result
from beastmode.core.errors import Degraded
from beastmode.core.exchange import Exchange
from beastmode.core.middleware import Middleware
from beastmode.core.telling import cause_of

READINESS = "beastmode.readiness"
"""The key of the checks in `app.extensions`: a dict from a name to a `Check`."""

_Check = Callable[[], object]
"""Raises if the service is not usable, or `Degraded` if the process can serve without it; runs in an application
context, in a separate thread."""

_HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
_RETRY = ("Retry-After", "1")
_ALIVE = b'{"status":"ok"}'
_QUIET_SECONDS = 60
READY_SECONDS = 2.0
"""The time for all checks together: a database may not respond, and load balancers wait one to five seconds."""
_KEPT_SECONDS = 60
"""The maximum age of a result that is returned while the checks are running; requests come more often."""
log = logging.getLogger("beastmode")


def install_health(app: Flask, middleware: Middleware) -> None:
    """Add /health and /health/ready.

    Args:
        app: The Flask application; its `extensions["beastmode.readiness"]` may be filled until the first request
            and later.
        middleware: Its middleware.
    """
    app.extensions.setdefault(READINESS, {})
    middleware.probes["/health"] = _alive
    middleware.probes["/health/ready"] = _Readiness(app)


def _alive(_: Exchange) -> tuple[int, list[tuple[str, str]], bytes]:
    """200, as long as the process responds at all."""
    return 200, _HEADERS, _ALIVE


class _Readiness:
    """Returns 200 if no check fails, otherwise 503 with the names of the failed ones.

    The checks run once at a time, however many requests there are: checks that hang occupy one thread, not one per
    request. A request in the meantime gets the previous result.

    Args:
        app: The Flask application.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._told: dict[str, float] = {}
        self._look: _Look | None = None
        self._found: tuple[dict[str, str], float] = {}, -_KEPT_SECONDS
        self._lock = Lock()

    def __call__(self, exchange: Exchange) -> tuple[int, list[tuple[str, str]], bytes]:
        """Handle one request (see `Probe`)."""
        exchange.cause = None  # the log is told by each check
        results = self._results()
        is_ready = "failed" not in results.values()
        body = {"status": "ok" if is_ready else "failed", "checks": results}
        return 200 if is_ready else 503, _HEADERS if is_ready else [*_HEADERS, _RETRY], orjson.dumps(body)

    def _results(self) -> dict[str, str]:
        with self._lock:
            look = self._look
            is_under_way = look is not None and not look.ended.is_set()
            if look is None or not is_under_way:
                look = self._begin()
        known, moment = self._found
        if is_under_way and monotonic() - moment < _KEPT_SECONDS:
            return known
        results = look.results()
        self._found = results, monotonic()
        return results

    def _begin(self) -> "_Look":
        look = _Look(self._app, self._told)
        Thread(target=look.run, name="beastmode-readiness", daemon=True).start()
        self._look = look
        return look


class _Look:
    """One run of all checks.

    Args:
        app: The Flask application.
        told: When each failed check was last logged.
    """

    def __init__(self, app: Flask, told: dict[str, float]) -> None:
        self.ended = Event()
        self._app = app
        self._told = told
        self._checks: dict[str, _Check] = dict(app.extensions[READINESS])
        self._found: dict[str, str] = {}
        self._until = monotonic() + READY_SECONDS

    def run(self) -> None:
        """Run every check, one after the other."""
        try:
            for name, check in self._checks.items():
                self._found[name], why = _result_of(self._app, name, check)
                self._tell(name, why)
        finally:
            self.ended.set()

    def results(self) -> dict[str, str]:
        """The results of the checks when the time is over; one that has not finished has failed."""
        self.ended.wait(self._until - monotonic())
        late = next((name for name in self._checks if name not in self._found), None)
        if late is not None:
            self._tell(late, f"no response within {READY_SECONDS:g} s")
        return {name: self._found.get(name, "failed") for name in self._checks}

    def _tell(self, name: str, why: str) -> None:
        moment = monotonic()
        if why and moment - self._told.get(name, -_QUIET_SECONDS) >= _QUIET_SECONDS:
            self._told[name] = moment
            log.error("%s: %s: %s", "Degraded" if self._found.get(name) == "degraded" else "Not ready", name, why)


def _result_of(app: Flask, name: str, check: _Check) -> tuple[str, str]:
    """The result of a check, "ok", "degraded" or "failed", and the reason in one line; empty if it passes.

    Args:
        app: Whose context to run it in.
        name: Its name.
        check: The check.
    """
    try:
        with app.app_context():
            if kind := deferred_result(check()):
                raise TypeError(f"The check {name!r} returned {kind}, so it checked nothing; write def.")
    except Degraded as error:
        return "degraded", cause_of(error)
    except Exception as error:  # noqa: BLE001 - whatever a check raises means that it failed
        return "failed", cause_of(error)
    return "ok", ""
