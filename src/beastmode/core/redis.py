"""Redis, for features that use it where REDIS_URL is set."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from beastmode.core.errors import ConfigurationError
from beastmode.core.setting import number, setting, text
from beastmode.core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class RedisSettings(Settings):
    """Settings of Redis."""

    redis_url: str = setting(
        text(),
        "",
        "Where Redis is, for rate limits that all processes share. If unset, the database is used instead.",
        expects="redis://host:6379/0, rediss://user:password@host/0 or unix:///path/to/socket",
        secret=True,
    )
    redis_timeout_seconds: float = setting(
        number(0.01, 10),
        0.25,
        "How long to wait for Redis, to connect and for each answer, before going on without it.",
        expects="a number of seconds from 0.01 to 10",
    )


def require_redis() -> None:
    """Do nothing if the Python client of Redis is installed; it is not imported, because that takes long.

    Raises:
        ConfigurationError: It is not installed.
    """
    if find_spec("redis") is None:
        raise ConfigurationError(
            "REDIS_URL is set, which needs the Python client of Redis: pip install 'beastmode[redis]'."
        )


def redis_options(settings: RedisSettings) -> dict[str, Any]:
    """The options of a client of Redis with which a server that does not answer is noticed quickly.

    Args:
        settings: REDIS_TIMEOUT_SECONDS is used.
    """
    from redis.backoff import NoBackoff  # noqa: PLC0415 - an extra, and slow to import
    from redis.retry import Retry  # noqa: PLC0415 - likewise

    seconds = settings.redis_timeout_seconds
    return {
        # Without them a request waits as long as the operating system does, if the server accepts and is silent.
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        # By default the client tries several times, with pauses of seconds.
        "retry": Retry(NoBackoff(), 0),
    }
