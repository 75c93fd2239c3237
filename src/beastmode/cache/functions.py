"""`quick_cache`: the results of functions."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import orjson
from flask import current_app

from beastmode.cache.declaration import checked_seconds, checked_stale
from beastmode.cache.keys import function_key
from beastmode.cache.region import Made, Returned, Unstored, Wanted, region_of
from beastmode.cache.tags import Tag, filled, refuse_unknown_values, tag_names
from beastmode.core.callables import refuse_deferred
from beastmode.core.errors import ConfigurationError

P = ParamSpec("P")
R = TypeVar("R")
_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS
"""A value that would come back as another one is refused."""


def quick_cache(
    timeout: float | None = None, *, public: bool = False, tags: Iterable[Tag] = (), stale: float = 0
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Cache the results of a function by its arguments, each caller's separately.

    The function must take and return JSON values, because a result may come from another process; each call gets its
    own copy. In a request, a result belongs to its caller, as the function may look at it. An exception is not stored.

    Args:
        timeout: For how many seconds a result is returned, by default CACHE_DEFAULT_TIMEOUT (300).
        public: Declare that the result does not depend on who calls, so that all callers share it.
        tags: As for `cached_response`; a string may name arguments of the function.
        stale: For how many more seconds the old result is returned while one caller computes a new one.

    Raises:
        ConfigurationError: The function is `async def` or a generator.
        TypeError: At a call: an argument or the result is not a JSON value.
    """
    seconds = checked_seconds(timeout, "quick_cache")
    kept = checked_stale(stale, "quick_cache")
    names = tag_names(tags, "quick_cache()")

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        refuse_deferred(function, "@quick_cache", "Decorate an ordinary function.", ConfigurationError)
        signature = inspect.signature(function)
        where = f"quick_cache() of {function.__qualname__}"
        refuse_unknown_values(names, signature.parameters, where)

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            region = region_of(cast("Any", current_app))
            key, arguments = function_key(function, signature, args, kwargs, by_caller=not public)

            def create() -> Made | Unstored[R]:
                return Made(_as_json(function, function(*args, **kwargs)))

            found = region.fetch(Wanted(key, filled(names, arguments), seconds or region.default_timeout, kept, create))
            return cast("R", orjson.loads(found.entry.body)) if isinstance(found, Returned) else found.value

        return run

    return decorate


def _as_json(function: Callable[..., Any], result: Any) -> bytes:
    """A result as JSON.

    Raises:
        TypeError: It is not a JSON value.
    """
    try:
        return orjson.dumps(result, option=_PLAIN)
    except TypeError as error:
        raise TypeError(
            f"{function.__qualname__}: quick_cache needs a result that is a JSON value ({error}); return plain values. "
            "To cache what a loading returns, use cached_response."
        ) from error
