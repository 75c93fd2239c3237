from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Caching:
    """How the responses of a route are cached.

    Attributes:
        timeout: For how many seconds a response is fresh; None for CACHE_DEFAULT_TIMEOUT.
        public: Whether all callers get the same response.
        tags: The names of what it is computed from.
        stale: For how many more seconds it is returned while one caller computes a new one.
        vary: Names of further request headers that it depends on.
    """

    timeout: float | None
    public: bool
    tags: tuple[str, ...]
    stale: float
    vary: tuple[str, ...]
