"""A server that signs with the development secret accepts requests from its own machine only."""

import socket
from functools import lru_cache, partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import click
from flask import Flask

from beastmode.core.addresses import bare_address
from beastmode.core.errors import SettingsError
from beastmode.core.middleware import middleware_of
from beastmode.core.refusal import Refusal
from beastmode.core.settings import A_SECRET, Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_NOT_FROM_HERE = Refusal(
    503,
    "This server is configured for development, and accepts requests only from its own machine",
    f"a secret has its development value, which anyone can use to sign; set SECRET_KEY to {A_SECRET}",
)
"""Health checks get 503 too, so that a load balancer removes such a server."""


def guard_listening(app: Flask, settings: Settings) -> None:
    """Make `flask run` and `app.run` refuse an address that other machines can reach, while a secret is public.

    Under other servers the application does not know the address, so each request from another machine is refused.

    Args:
        app: The Flask application, which has an API.
        settings: SECRET_KEY and JWT_SECRET_KEY are used.

    Raises:
        SettingsError: `flask run --host` names such an address.
    """
    if not settings.has_development_secret:
        return
    middleware_of(app).guards.append(partial(_refusal_of_stranger, is_tested=settings.environment == "testing"))
    context = click.get_current_context(silent=True)
    if context is not None and context.info_name == "run" and isinstance(host := context.params.get("host"), str):
        refuse_strangers(settings, host)
    serve = app.run

    def run(host: str | None = None, *arguments: Any, **options: Any) -> None:
        if host is not None:
            refuse_strangers(settings, host)
        serve(host, *arguments, **options)

    app.run = run  # type: ignore[method-assign]  # werkzeug's server knows nothing of settings


def refuse_strangers(settings: Settings, host: str) -> None:
    """Refuse to listen on an address that other machines can reach with a secret that everyone knows.

    Args:
        settings: SECRET_KEY and JWT_SECRET_KEY are used.
        host: The address to listen on.

    Raises:
        SettingsError: Other machines can reach the address, and a secret has its development value.
    """
    if settings.has_development_secret and not _is_loopback(host):
        problem = f"{host} can be reached from other machines, but a secret has its development value"
        expected = f"listen on 127.0.0.1, or set SECRET_KEY to {A_SECRET}"
        raise SettingsError([f"{problem}, which anyone can use to sign; {expected}."])


def _refusal_of_stranger(environ: "WSGIEnvironment", *, is_tested: bool) -> Refusal | None:
    """The response to a request from another machine, directly or through a proxy on this one.

    Args:
        environ: The WSGI environment.
        is_tested: Whether to allow requests that no server has received, because a test client makes up addresses.
    """
    if is_tested and "SERVER_SOFTWARE" not in environ:
        return None
    # A client without an address is connected through a Unix socket.
    addresses = [environ.get("REMOTE_ADDR") or "::1", *environ.get("HTTP_X_FORWARDED_FOR", "::1").split(",")]
    return None if all(map(_is_own, addresses)) else _NOT_FROM_HERE


@lru_cache(1000)  # nobody else needs to be remembered for long
def _is_own(address: str) -> bool:
    """Whether a client's address is one of this machine's own; never looks up a name."""
    try:
        parsed = ip_address(bare_address(address))
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def _is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address: 127.0.0.1, ::1, a name of one of them, a socket's path."""
    if host.startswith(("unix:", "/")):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        pass
    try:
        addresses = socket.getaddrinfo(host, None)
    except OSError:
        return False
    return all(ip_address(str(address[0]).partition("%")[0]).is_loopback for *_, address in addresses)
