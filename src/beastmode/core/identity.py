"""Who calls: accounts fill it in; limits, cache, logs and queries read it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from flask import Flask, Request, has_request_context, request

from beastmode.core.callables import refuse_deferred
from beastmode.core.errors import ConfigurationError
from beastmode.core.exchange import current_exchange

__all__ = ["Authenticator", "Identity", "authenticator_of", "current_identity", "identify", "set_authenticator"]


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller of the current request.

    Args:
        kind: "account" for a logged-in user, "address" for anyone else.
        id: The account's id, or the client's IP address.
        session_id: The session that the access token belongs to.
    """

    kind: Literal["account", "address"]
    id: int | str
    session_id: str | None = None

    @property
    def key(self) -> str:
        """A stable name for counters and logs, such as "account:42" or "address:203.0.113.7"."""
        return f"{self.kind}:{self.id}"

    @property
    def is_account(self) -> bool:
        """Whether the caller is logged in."""
        return self.kind == "account"


Authenticator = Callable[[Request], Identity]
"""Gets a request, returns who sent it, or raises Problem(401)."""

NOBODY = Identity("address", "none")


def current_identity() -> Identity:
    """The caller of the current request; outside a request, an anonymous one."""
    if not has_request_context():
        return NOBODY
    exchange = current_exchange()
    if exchange.identity is None:
        return Identity("address", request.remote_addr or "unknown")
    return exchange.identity


def identify(identity: Identity) -> None:
    """Set the caller of the current request, which `current_identity()` returns from now on.

    Args:
        identity: Who.

    Raises:
        TypeError: It is something else, such as a coroutine, which must not count as authenticated.
    """
    if not isinstance(identity, Identity):
        raise TypeError(f"An authenticator must return an Identity; found {type(identity).__name__}.")
    current_exchange().identity = identity


def set_authenticator(app: Flask, authenticator: Authenticator) -> None:
    """Set the authenticator of an application.

    Args:
        app: The Flask application.
        authenticator: Takes the request and returns its Identity, or raises Problem(401) with `WWW-Authenticate`.

    Raises:
        ConfigurationError: It is `async def`: what it returns would not be an Identity yet.
    """
    instead = "Write an ordinary function that returns an Identity."
    refuse_deferred(authenticator, "set_authenticator()", instead, ConfigurationError)
    app.extensions["beastmode.authenticator"] = authenticator


def authenticator_of(app: Flask) -> Authenticator | None:
    """The authenticator of this application; None if none is installed."""
    authenticator: Authenticator | None = app.extensions.get("beastmode.authenticator")
    return authenticator
