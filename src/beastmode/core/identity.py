"""The caller of the current request: set by accounts; read by limits, cache, logs and queries."""

from flask import Flask, has_request_context, request

from beastmode.core.caller import Identity
from beastmode.core.exchange import current_exchange
from beastmode.core.security_schemes import Authenticator, SecurityScheme, set_authenticators

__all__ = [
    "Authenticator",
    "Identity",
    "SecurityScheme",
    "current_identity",
    "identify",
    "set_authenticator",
    "set_authenticators",
]

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
    """Set the only authenticator of an application, before `Beastmode(app, api=...)`; it replaces that of accounts.

    Args:
        app: The Flask application.
        authenticator: Takes the request and returns its Identity, or None if it has no credential. Raises Problem(401)
            with `WWW-Authenticate` for one that is not valid.

    Raises:
        ConfigurationError: It is `async def`, so it would return a coroutine, not an Identity; or the routes have
            already been built.
    """
    set_authenticators(app, [authenticator])
