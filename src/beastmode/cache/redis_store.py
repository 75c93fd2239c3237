"""The store in Redis. If Redis does not respond in time, nothing is cached, and it is left alone for a while."""

import logging
import os
from collections import Counter
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from beastmode.cache.entry import Entry, Tokens, decoded, encoded
from beastmode.core.redis import redis_options, require_redis

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

T = TypeVar("T")
_TIMEOUT = 0.25
"""Seconds to wait for Redis: what it stores takes less than that to compute, mostly."""
_PAUSE = 5.0
"""Seconds without Redis after a failure: a server that is away costs each thread one timeout in that time."""
_LEASE_SECONDS = 10
"""How long an entry is reserved for the process that computes it, which may have been killed."""
_TAG_SECONDS = 7 * 24 * 3600
"""How long the state of a tag is kept; when it is gone, the entries with this tag are computed again."""
log = logging.getLogger("beastmode")


class RedisStore:
    """Keeps entries in Redis, signed, since others may be able to write there.

    A tag is a random value, and an entry has the values that its tags had before it was computed. Dropping a tag
    replaces its value, so that an entry that is just being computed from old rows is invalid as well.

    Args:
        url: Where Redis is.
        prefix: The first part of every key.
        secret: What entries are signed with.
    """

    def __init__(self, url: str, prefix: str, secret: bytes) -> None:
        self._client = _client_of(url)
        self._prefix = prefix
        self._secret = secret
        self._leases: dict[str, Any] = {}
        self._owed: Counter[str] = Counter()
        self._lock = Lock()
        self._away_until = 0.0

    def load(self, key: str, tags: tuple[str, ...]) -> tuple[Entry | None, Tokens | None]:
        """See `Store.load`; one round trip if there are values for all tags."""
        names = [self._tag(tag) for tag in tags]
        found: Any = self._ask(lambda redis: redis.mget([self._name(key), *names]))
        if found is None:
            return None, None
        raw, *tokens = found
        if None in tokens:
            tokens = self._ask(lambda redis: _begin(redis, names)) or [None]
        entry = None if raw is None else decoded(raw, key, self._secret)
        return entry, None if None in tokens else tuple(tokens)

    def save(self, key: str, entry: Entry, seconds: float) -> None:
        """See `Store.save`."""
        raw = encoded(entry, key, self._secret)
        self._ask(lambda redis: redis.set(self._name(key), raw, px=max(1, int(seconds * 1000))))

    def drop(self, tags: frozenset[str]) -> None:
        """See `Store.drop`; if Redis does not respond, the tags are dropped before anything else is asked for."""
        with self._lock:
            self._owed.update(tags)
        self._ask(lambda _: True)

    def lease(self, key: str) -> bool:
        """See `Store.lease`."""
        name = f"{self._name(key)}:lease"
        lease = self._client.lock(name, timeout=_LEASE_SECONDS, thread_local=False, raise_on_release_error=False)
        got = self._ask(lambda _: lease.acquire(blocking=False))
        if got:
            self._leases[key] = lease
        return got is not False

    def is_leased(self, key: str) -> bool:
        """See `Store.is_leased`."""
        return bool(self._ask(lambda redis: redis.exists(f"{self._name(key)}:lease")))

    def release(self, key: str) -> None:
        """See `Store.release`."""
        lease = self._leases.pop(key, None)
        if lease is not None:
            self._ask(lambda _: _end(lease))

    def ping(self) -> bool:
        """Whether Redis responds."""
        return self._ask(lambda redis: redis.ping()) is not None

    def _name(self, key: str) -> str:
        return f"{self._prefix}:cache:{key}"

    def _tag(self, tag: str) -> str:
        return f"{self._prefix}:tag:{tag}"

    def _ask(self, ask: "Callable[[redis.Redis], T]") -> T | None:
        """What Redis answers; None if it does not."""
        if monotonic() < self._away_until:
            return None
        try:
            if self._owed:
                self._pay()
            answer = ask(self._client)
        except Exception as error:  # noqa: BLE001 - whatever answers there may not even be Redis
            self._leave_alone(error)
            return None
        if self._away_until:
            self._away_until = 0.0
            log.info("Cache: Redis responds again")
        return answer

    def _pay(self) -> None:
        """Drop the tags that could not be dropped when they should have been."""
        with self._lock:
            tags = dict(self._owed)
        with self._client.pipeline(transaction=False) as pipeline:
            for tag in tags:
                pipeline.set(self._tag(tag), os.urandom(8), ex=_TAG_SECONDS)
            pipeline.execute()
        with self._lock:
            for tag, times in tags.items():
                if self._owed.get(tag) == times:  # or it was dropped again meanwhile
                    del self._owed[tag]

    def _leave_alone(self, error: Exception) -> None:
        if not self._away_until:
            log.warning(
                "Cache: Redis does not work (%s: %s); nothing is cached until it does, and it is asked again in %g s",
                type(error).__name__, str(error).partition("\n")[0], _PAUSE,
            )  # fmt: skip
        self._away_until = monotonic() + _PAUSE


def _begin(client: "redis.Redis", names: list[str]) -> Any:
    """The values of tags, which get one where they have none."""
    with client.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.set(name, os.urandom(8), ex=_TAG_SECONDS, nx=True)
        pipeline.mget(names)
        return pipeline.execute()[-1]


def _end(lease: Any) -> None:
    """End a lease; one that took too long has ended by itself, and may belong to another process now."""
    from redis.exceptions import LockError  # noqa: PLC0415 - an extra

    with suppress(LockError):
        lease.release()


def _client_of(url: str) -> "redis.Redis":
    """A client that waits for nothing longer than `_TIMEOUT`, and connects on first use.

    Raises:
        ConfigurationError: The driver is not installed.
    """
    require_redis()
    import redis  # noqa: PLC0415 - an extra, and slow to import
    from redis.backoff import NoBackoff  # noqa: PLC0415 - likewise
    from redis.retry import Retry  # noqa: PLC0415 - likewise

    # A connection that was idle while the server restarted is replaced; a server that is silent is not asked twice.
    retry = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
    return redis.Redis.from_url(url, **(redis_options(_TIMEOUT) | {"retry": retry}))
