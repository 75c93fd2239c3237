"""Who may reach a server that signs with the secret for development: this machine alone."""

import socket
from functools import lru_cache, partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import click
from flask import Flask

from beastmode.core.addresses import bare_address
from beastmode.core.edge import edge_of
from beastmode.core.errors import SettingsError
from beastmode.core.refusal import Refusal
from beastmode.core.settings import A_SECRET, Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["guard_listening", "refuse_strangers"]

NOT_FROM_HERE = Refusal(
    503,
    "This server is configured for development, and accepts requests only from its own machine",
    f"a secret has its development value, which anyone can use to sign; set SECRET_KEY to {A_SECRET}",
)
"""503 for probes too, so that a load balancer takes such a server out."""


def guard_listening(app: Flask, settings: Settings) -> None:
    """Have `flask run` and `app.run` refuse an address that other machines reach, as long as a secret is public.

    Other servers know their address and the application does not, so there each request from elsewhere is refused.

    Args:
        app: The Flask application, whose API signs something.
        settings: SECRET_KEY and JWT_SECRET_KEY count.

    Raises:
        SettingsError: `flask run --host` names such an address.
    """
    if not settings.has_development_secret:
        return
    edge_of(app).guards.append(partial(refusal_of_stranger, is_tested=settings.environment == "testing"))
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
    """Refuse to listen where other machines reach it, with a secret that everybody can read in the source.

    Args:
        settings: SECRET_KEY and JWT_SECRET_KEY count.
        host: The address to listen on.

    Raises:
        SettingsError: The address is not this machine's own, and a secret is the one for development.
    """
    if settings.has_development_secret and not is_loopback(host):
        found = f"{host} can be reached from other machines, but a secret has its development value"
        expected = f"listen on 127.0.0.1, or set SECRET_KEY to {A_SECRET}"
        raise SettingsError([f"{found}, which anyone can use to sign; {expected}."])


def refusal_of_stranger(environ: "WSGIEnvironment", *, is_tested: bool) -> Refusal | None:
    """What to answer to a request that came from another machine, by itself or through a proxy on this one.

    Args:
        environ: The WSGI environment.
        is_tested: Whether to let requests through that no server has received: a test's client makes up addresses.
    """
    if is_tested and "SERVER_SOFTWARE" not in environ:
        return None
    # Without an address the client is at the other end of a Unix socket.
    addresses = [environ.get("REMOTE_ADDR") or "::1", *environ.get("HTTP_X_FORWARDED_FOR", "::1").split(",")]
    return None if all(map(is_own, addresses)) else NOT_FROM_HERE


@lru_cache(1000)  # nobody else needs to be remembered for long
def is_own(address: str) -> bool:
    """Whether a client's address is one that only this machine has; never looks a name up."""
    try:
        parsed = ip_address(bare_address(address))
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address: 127.0.0.1, ::1, a name that means one of them, a socket's path."""
    if host.startswith(("unix:", "/")):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False
    return all(ip_address(str(address[0]).partition("%")[0]).is_loopback for *_, address in found)
