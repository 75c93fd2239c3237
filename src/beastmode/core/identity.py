"""The caller of the current request: set by accounts; read by limits, cache, logs and queries."""

from collections.abc import Callable

from flask import Flask, Request, has_request_context, request

from beastmode.core.callables import refuse_deferred
from beastmode.core.caller import Identity
from beastmode.core.errors import ConfigurationError
from beastmode.core.exchange import current_exchange

__all__ = ["Authenticator", "Identity", "authenticator_of", "current_identity", "identify", "set_authenticator"]


Authenticator = Callable[[Request], Identity]
"""Takes a request and returns its caller, or raises Problem(401)."""

_NOBODY = Identity("address", "none")


def current_identity() -> Identity:
    """The caller of the current request; outside a request, an anonymous one."""
    if not has_request_context():
        return _NOBODY
    exchange = current_exchange()
    if exchange.identity is None:
        return Identity("address", request.remote_addr or "unknown")
    return exchange.identity


def identify(identity: Identity) -> None:
    """Set the caller of the current request, which `current_identity()` returns from now on.

    Args:
        identity: The caller.

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
        ConfigurationError: It is `async def`, so it would return a coroutine, not an Identity.
    """
    instead = "Write an ordinary function that returns an Identity."
    refuse_deferred(authenticator, "set_authenticator()", instead, ConfigurationError)
    app.extensions["beastmode.authenticator"] = authenticator


def authenticator_of(app: Flask) -> Authenticator | None:
    """The authenticator of this application; None if none is installed."""
    authenticator: Authenticator | None = app.extensions.get("beastmode.authenticator")
    return authenticator
