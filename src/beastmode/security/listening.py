"""Who may reach a server that signs with the secret for development: this machine alone."""

import socket
from ipaddress import ip_address
from typing import Any

import click
from flask import Flask

from beastmode.core.errors import SettingsError
from beastmode.core.settings import A_SECRET, Settings

__all__ = ["guard_listening", "refuse_strangers"]


def guard_listening(app: Flask, settings: Settings) -> None:
    """Have `flask run` and `app.run` refuse an address that other machines reach, as long as a secret is public.

    Args:
        app: The Flask application, whose API signs something.
        settings: SECRET_KEY and JWT_SECRET_KEY count.

    Raises:
        SettingsError: `flask run --host` names such an address.
    """
    if not settings.has_development_secret:
        return
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
        found = f"{host} can be reached from other machines, but a secret has the value for development"
        expected = f"listen on 127.0.0.1, or set SECRET_KEY to {A_SECRET}"
        raise SettingsError([f"{found}, with which anybody can sign; {expected}."])


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
