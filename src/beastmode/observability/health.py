"""Probes for load balancers: whether the process lives, and whether what it needs is there."""

import logging
from collections.abc import Callable
from time import monotonic

import orjson
from flask import Flask

from beastmode.core.callables import deferred_result
from beastmode.core.edge import Edge, Probe
from beastmode.core.exchange import Exchange
from beastmode.core.telling import cause_of

__all__ = ["READINESS", "Check", "install_health"]

READINESS = "beastmode.readiness"
"""Where in `app.extensions` the checks are: a dict from a name to a `Check`."""

Check = Callable[[], object]
"""Raises if what it looks at is not usable; runs in an application context."""

HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
RETRY = ("Retry-After", "1")
ALIVE = b'{"status":"ok"}'
QUIET_SECONDS = 60
log = logging.getLogger("beastmode")


def install_health(app: Flask, edge: Edge) -> None:
    """Answer /health and /health/ready.

    Args:
        app: The Flask application; its `extensions["beastmode.readiness"]` may be filled until the first request
            and later.
        edge: Its edge.
    """
    app.extensions.setdefault(READINESS, {})
    edge.probes["/health"] = alive
    edge.probes["/health/ready"] = readiness(app)


def alive(_: Exchange) -> tuple[int, list[tuple[str, str]], bytes]:
    """200, as long as the process answers at all."""
    return 200, HEADERS, ALIVE


def readiness(app: Flask) -> Probe:
    """A probe that answers 200 if every check passes, else 503 with the names of those that failed."""
    told: dict[str, float] = {}

    def ready(exchange: Exchange) -> tuple[int, list[tuple[str, str]], bytes]:
        checks: dict[str, Check] = app.extensions[READINESS]
        results = {name: "ok" if passes(app, name, check, told) else "failed" for name, check in checks.items()}
        is_ready = "failed" not in results.values()
        exchange.cause = None  # `passes` has told the log
        body = {"status": "ok" if is_ready else "failed", "checks": results}
        headers = HEADERS if is_ready else [*HEADERS, RETRY]
        return 200 if is_ready else 503, headers, orjson.dumps(body)

    return ready


def passes(app: Flask, name: str, check: Check, told: dict[str, float]) -> bool:
    """Whether a check passes; the log is told why not, once a minute for each check.

    Args:
        app: Whose context to run it in.
        name: Its name.
        check: The check.
        told: When the log was told of which check.
    """
    try:
        with app.app_context():
            if kind := deferred_result(check()):
                raise TypeError(f"The check {name!r} returned {kind}, so that it looked at nothing; write def.")
    except Exception as error:  # noqa: BLE001 - whatever a check raises means that it failed
        moment = monotonic()
        if moment - told.get(name, -QUIET_SECONDS) >= QUIET_SECONDS:
            told[name] = moment
            log.error("Not ready: %s: %s", name, cause_of(error))  # noqa: TRY400 - one line
        return False
    return True
