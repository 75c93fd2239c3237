"""Leads what the project asks of Redis, a mail server and a broker to stand-ins, whatever address it was meant for."""

from __future__ import annotations

import socket
from typing import Any, Callable

from . import confinement
from .after_import import when_imported

__all__ = ["lead"]

HERE = "127.0.0.1"
CREDENTIALS = ("password", "username", "credential_provider")
KEPT_TRANSPORTS = ("redis", "rediss", "memory", "filesystem", "sentinel", "sqlalchemy", "sqla")
"""Those that lead to a stand-in, to the scratch database or into the private copy by themselves."""
BROKER = "the message broker"


def lead() -> None:
    """Changes the clients of these services as soon as they are imported; the confinement tells the ports."""
    when_imported("redis.connection", lead_redis)
    when_imported("redis.asyncio.connection", lead_later_redis)
    when_imported("redis.sentinel", lead_sentinel)
    when_imported("smtplib", lead_mail)
    when_imported("kombu.connection", lead_broker)


def port_of(kind: str) -> int | None:
    """Where the stand-in for a kind of service is; None where there is none."""
    return confinement.current().stand_ins.get(kind)


def lead_redis(module: Any) -> None:
    """Every connection of redis-py, over TLS and over a file too, is a plain one to the stand-in."""
    for kind in kinds_of(module):
        kind._connect = connecting(kind._connect)


def kinds_of(module: Any) -> list[Any]:
    """The kinds of connections that a module of redis-py has."""
    names = ("UnixDomainSocketConnection", "SSLConnection", "Connection")  # the last one is the base of the second
    return [getattr(module, name) for name in names if hasattr(module, name)]


def connecting(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """How a connection is made."""

    def connect(self: Any) -> Any:
        port = port_of("redis")
        if port is None:
            return original(self)
        forget_credentials(self)
        made = socket.create_connection((HERE, port), getattr(self, "socket_connect_timeout", None))
        made.settimeout(getattr(self, "socket_timeout", None))
        return made

    return connect


def forget_credentials(connection: Any) -> None:
    """The stand-in knows nobody, and takes everybody who does not say who they are."""
    for name in CREDENTIALS:
        if getattr(connection, name, None) is not None:
            setattr(connection, name, None)


def lead_later_redis(module: Any) -> None:
    """The same for its asynchronous connections."""
    plain = module.Connection._connect
    for kind in kinds_of(module):
        kind._connect = connecting_later(kind._connect, plain)


def connecting_later(original: Callable[[Any], Any], plain: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """How an asynchronous connection is made."""

    async def connect(self: Any) -> None:
        port = port_of("redis")
        if port is None:
            await original(self)
            return
        forget_credentials(self)
        self._connection_arguments = lambda: {"host": HERE, "port": port}
        await plain(self)

    return connect


def lead_sentinel(module: Any) -> None:
    """A stand-in has no sentinels that would have to be asked where it is."""
    master, slaves = module.Sentinel.discover_master, module.Sentinel.discover_slaves

    def discover_master(self: Any, name: Any) -> Any:
        port = port_of("redis")
        return (HERE, port) if port else master(self, name)

    def discover_slaves(self: Any, name: Any) -> Any:
        port = port_of("redis")
        return [(HERE, port)] if port else slaves(self, name)

    module.Sentinel.discover_master, module.Sentinel.discover_slaves = discover_master, discover_slaves


def lead_mail(module: Any) -> None:
    """Every connection of smtplib goes to the stand-in, in the clear, whoever it says to be."""
    connect = module.SMTP.connect

    def connect_here(self: Any, *arguments: Any, **options: Any) -> Any:
        port = port_of("mail")
        return connect(self, HERE, port) if port else connect(self, *arguments, **options)

    module.SMTP.connect = connect_here
    for name, answer in (("starttls", (220, b"ready")), ("login", (235, b"accepted"))):
        setattr(module.SMTP, name, without_asking(getattr(module.SMTP, name), answer))
    if hasattr(module, "SMTP_SSL"):
        secure = module.SMTP_SSL._get_socket
        module.SMTP_SSL._get_socket = lambda self, *given: (
            module.SMTP._get_socket(self, *given) if port_of("mail") else secure(self, *given)
        )


def without_asking(original: Callable[..., Any], answer: Any) -> Callable[..., Any]:
    """A step that the stand-in needs not."""
    return lambda *given, **named: answer if port_of("mail") else original(*given, **named)


def lead_broker(module: Any) -> None:
    """A broker that is no Redis is kombu's own memory: messages are taken, and nobody works on them."""
    begin = module.Connection.__init__

    def init(self: Any, hostname: Any = "localhost", *arguments: Any, **options: Any) -> None:
        current = confinement.current()
        if current.stand_ins and is_elsewhere(hostname, options.get("transport")):
            if BROKER not in current.stood_in:
                current.stood_in.append(BROKER)
            begin(self, "memory://")
        else:
            begin(self, hostname, *arguments, **options)

    module.Connection.__init__ = init


def is_elsewhere(hostname: Any, transport: Any) -> bool:
    """Whether a connection leads to a broker that there is no stand-in for."""
    first = hostname[0] if isinstance(hostname, (list, tuple)) and hostname else hostname
    scheme = str(first or "").split(";")[0].partition("://")
    kind = scheme[0] if scheme[1] else (transport or "amqp")
    return isinstance(kind, str) and kind.split("+")[0] not in KEPT_TRANSPORTS
