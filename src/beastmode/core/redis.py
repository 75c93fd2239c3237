"""The client of Redis, for features that use it."""

from importlib.util import find_spec
from typing import Any

from beastmode.core.errors import ConfigurationError


def require_redis() -> None:
    """Do nothing if the Python client of Redis is installed; it is not imported, because that takes long.

    Raises:
        ConfigurationError: It is not installed.
    """
    if find_spec("redis") is None:
        raise ConfigurationError(
            "REDIS_URL is set, which needs the Python client of Redis: pip install 'beastmode[redis]'."
        )


def redis_options(seconds: float) -> dict[str, Any]:
    """The options of a client of Redis with which a server that does not answer is noticed quickly.

    Args:
        seconds: How long to wait for it, to connect and for each answer.
    """
    from redis.backoff import NoBackoff  # noqa: PLC0415 - an extra, and slow to import
    from redis.retry import Retry  # noqa: PLC0415 - likewise

    return {
        # Without them a request waits as long as the operating system does, if the server accepts and is silent.
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        # By default the client tries several times, with pauses of seconds.
        "retry": Retry(NoBackoff(), 0),
    }
