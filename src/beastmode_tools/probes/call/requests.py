"""Sends requests to the application, each within its time, and tells what became of them."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import Any

from ..messages.replay import Answered
from .limit import TooLong, within
from .plans import AS_FORM
from .watched import Watched, steadied

__all__ = ["Limits", "Requests"]

MOST_BYTES = 262_144
"""Of an answer that is a stream without an end, enough to see that it began."""
LONGEST = 300
"""Characters of an error; a message with a page of HTML in it says no more."""
LOGIN = re.compile(r"log-?_?in|sign-?_?in|/auth|/oauth|/sso|/session", re.IGNORECASE)
REFUSED = (401, 403, 407, 419)


class Limits:
    """What one request may take, and which changed functions are watched while it is answered."""

    def __init__(self, seconds: float, watched: Watched | None = None) -> None:
        self.seconds = seconds
        self.watched = watched or Watched([])


class Requests:
    """Sends planned requests one after the other, and brings the database back after each one that wrote.

    Args:
        app: The application.
        heard: What reaches the driver.
        database: The scratch database.
        identity: How to sign in.
        limits: Of one request, and what is watched meanwhile.
    """

    def __init__(self, app: Any, heard: Any, database: Any, identity: Any, limits: Limits) -> None:
        self.app = app
        self.heard = heard
        self.database = database
        self.identity = identity
        self.seconds = limits.seconds
        self.watched = limits.watched
        self.body = ""
        self.raised: BaseException | None = None
        self.broken = ""
        calm(app)
        app.log_exception = self.log_exception

    def log_exception(self, information: Any) -> None:
        """Keeps what Flask would write to the log."""
        self.raised = information[1]

    def send(self, planned: Any) -> Answered:
        """What became of a request: of the anonymous one, or of the signed-in one where that was refused."""
        first, location = self.sent(planned, signed_in=False)
        is_redirect = 300 <= first.status < 400
        is_refused = first.status in REFUSED or (is_redirect and bool(LOGIN.search(location)))
        if is_refused and (self.identity.headers or self.identity.session):
            second, _ = self.sent(planned, signed_in=True)
            if second.status not in REFUSED and not (is_redirect and second.status == first.status):
                return second
        return replace(first, refused=is_refused)

    def sent(self, planned: Any, *, signed_in: bool) -> tuple[Answered, str]:
        """What became of one request, and where a redirect leads."""
        self.heard.clear()
        self.raised = None
        self.body = ""
        status, location, failure = self.answered(planned, signed_in=signed_in)
        result = Answered(
            route=planned.route,
            method=planned.method,
            path=planned.path,
            status=status,
            signed_in=signed_in,
            exception=failure or shown(self.raised),
            errors=tuple(self.heard.errors[:5]),
            statements=self.heard.counts,
            ran={key: tuple(sorted(parts)) for key, parts in self.watched.ran.items()},
            body=steadied(self.body) if self.watched.ran else "",
        )
        if self.heard.wrote:
            self.restore()
        return result, location

    def answered(self, planned: Any, *, signed_in: bool) -> tuple[int, str, str]:
        """Status, where a redirect leads, and what was raised out of the application."""
        options: dict[str, Any] = as_sent(planned.body)
        try:
            with within(self.seconds), self.watched:
                client = self.app.test_client()
                if signed_in:
                    self.identity.sign_in(client)
                    options["headers"] = self.identity.headers
                response = client.open(planned.path, method=planned.method, **options)
                self.body = read(response)
                return response.status_code, response.headers.get("Location", ""), ""
        except TooLong:
            return 0, "", "no answer within {:g} s".format(self.seconds)
        except Exception as error:
            return 500, "", shown(error)
        except (SystemExit, GeneratorExit, KeyboardInterrupt) as error:
            return 0, "", shown(error)

    def restore(self) -> None:
        """Brings the database back; a connection that the application never gave back may stand in the way."""
        self.heard.close_pools()
        try:
            self.database.restore()
        except Exception as error:
            self.broken = shown(error)
            sys.stderr.write("restore: {}\n".format(self.broken))


def as_sent(body: Any) -> dict[str, Any]:
    """How the test client sends a body."""
    if body is None:
        return {}
    if isinstance(body, dict) and set(body) == {AS_FORM}:
        return {"data": body[AS_FORM]}
    return {"json": body}


def calm(app: Any) -> None:
    """Switches off what would stand between a request and its view, or hide what happens in it."""
    app.testing = False
    app.debug = False
    app.config.update(
        PROPAGATE_EXCEPTIONS=False,
        TRAP_HTTP_EXCEPTIONS=False,
        TRAP_BAD_REQUEST_ERRORS=False,
        WTF_CSRF_ENABLED=False,
        WTF_CSRF_CHECK_DEFAULT=False,
        JWT_COOKIE_CSRF_PROTECT=False,
        SESSION_COOKIE_SECURE=False,
    )
    if not app.secret_key:
        app.secret_key = "made up by the guard"
    limiters = app.extensions.get("limiter", ())
    for limiter in limiters if isinstance(limiters, (set, list, tuple)) else (limiters,):
        limiter.enabled = False
    caches = app.extensions.get("cache")
    for cache in list(caches) if isinstance(caches, dict) else ():
        if hasattr(cache, "clear"):
            cache.clear()


def read(response: Any) -> str:
    """Reads an answer, of an endless one only the beginning."""
    got: list[bytes] = []
    for chunk in response.iter_encoded():
        got.append(chunk)
        if sum(map(len, got)) > MOST_BYTES:
            break
    response.close()
    return b"".join(got).decode("utf-8", "replace")


def shown(error: BaseException | None) -> str:
    """An error in one line."""
    if error is None:
        return ""
    return " ".join("{}: {}".format(type(error).__name__, str(error).split("\n", 1)[0]).split())[:LONGEST]
