from collections.abc import Iterator
from dataclasses import dataclass

from beastmode.core.redis_settings import RedisSettings
from beastmode.core.setting import choice, setting, text, whole


@dataclass(frozen=True, kw_only=True)
class CacheSettings(RedisSettings):
    """Settings of the cache."""

    cache_type: str = setting(
        choice("simple", "redis", "null"),
        "simple",
        "Where the cache is: `simple` keeps it in each process, `redis` in Redis at `REDIS_URL`, and `null` stores "
        "nothing.",
        expects="simple, redis or null",
        renamed={"SimpleCache": "simple", "RedisCache": "redis", "NullCache": "null"},
    )
    cache_default_timeout: int = setting(
        whole(1),
        300,
        "How many seconds a response or a result is kept, unless `cached_response` or `quick_cache` says otherwise.",
        expects="a number of seconds",
    )
    cache_max_bytes: int = setting(
        whole(1024),
        32 * 1024 * 1024,
        "How much memory the cache of one process may use (`simple`); what was used least recently is dropped first. "
        "Anything larger than a tenth of it is not stored, in Redis neither.",
        expects="a number of bytes",
    )
    cache_key_prefix: str = setting(
        text(),
        "beastmode",
        "The first part of every key in Redis. Applications with different prefixes share nothing; with a new one, "
        "such as the number of a release, an application starts with an empty cache.",
        expects="a few letters",
    )

    def problems(self) -> Iterator[str]:
        """A type that lacks its server."""
        if self.cache_type == "redis" and self.redis_url is None:
            yield "CACHE_TYPE is redis, but REDIS_URL is not set; set it, such as redis://localhost:6379/0."
