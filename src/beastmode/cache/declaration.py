"""`cached_response`, for routes of an API and of Flask."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, has_request_context

from beastmode.cache.caching import Caching
from beastmode.cache.steps import CachedResponse
from beastmode.cache.tags import Tag, tag_names
from beastmode.core.errors import ConfigurationError
from beastmode.core.private_flask import current_request
from beastmode.core.steps import Call, declare

View = TypeVar("View", bound=Callable[..., Any])


def cached_response(
    timeout: float | None = None,
    *,
    public: bool = False,
    tags: Iterable[Tag] = (),
    stale: float = 0,
    vary: Iterable[str] = (),
) -> Callable[[View], View]:
    """Cache the successful responses of a GET route, each caller's separately.

    Put it below the route's decorator. A response is stored with its ETag, so that the next request costs neither a
    query nor serialization. It depends on the method, the host, the path with its version, the query string, `Accept`,
    and the caller. Statuses other than 2xx, cookies and streams are not stored.

    Args:
        timeout: For how many seconds a response is returned, by default CACHE_DEFAULT_TIMEOUT (300).
        public: Declare that all callers get the same response, so that they share it, also in caches between them and
            the server.
        tags: What the response is computed from: models, whose changes drop it when they are committed, and strings for
            `drop_tags`, which may name arguments of the path, such as "post:{post_id}".
        stale: For how many more seconds the old response is returned while one request computes a new one.
        vary: Further request headers that the response depends on, such as "Accept-Language".

    Raises:
        ConfigurationError: The declaration contradicts itself.
    """
    caching = Caching(
        timeout=checked_seconds(timeout, "cached_response"),
        public=public,
        tags=tag_names(tags, "cached_response()"),
        stale=checked_stale(stale, "cached_response"),
        vary=tuple(vary),
    )

    def decorate(view: View) -> View:
        if inspect.iscoroutinefunction(view):
            return declare(view, caching)

        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Any:
            return _of_flask_route(run, caching, lambda: view(*args, **kwargs), kwargs)

        return declare(run, caching)  # type: ignore[return-value]  # the same signature

    return decorate


def checked_seconds(timeout: Any, name: str) -> float | None:
    """A timeout, if it is one.

    Args:
        timeout: What was declared.
        name: The decorator, for the message.

    Raises:
        ConfigurationError: It is no number of seconds; a function means that the parentheses were forgotten.
    """
    if callable(timeout):
        raise ConfigurationError(f"@{name} needs parentheses: @{name}() or @{name}(timeout=60).")
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, int | float) or timeout <= 0):
        raise ConfigurationError(f"{name}(timeout={timeout!r}): expected a number of seconds above 0.")
    return timeout


def checked_stale(stale: Any, name: str) -> float:
    """How long an old entry is returned, if it is a number of seconds.

    Args:
        stale: What was declared.
        name: The decorator, for the message.

    Raises:
        ConfigurationError: It is no number of seconds.
    """
    if isinstance(stale, bool) or not isinstance(stale, int | float) or not stale >= 0:
        raise ConfigurationError(f"{name}(stale={stale!r}): expected a number of seconds, or 0 for none.")
    return stale


def _of_flask_route(run: Any, caching: Caching, view: Callable[[], Any], path: dict[str, Any]) -> Any:
    """What the view returns; its cached response if it is the view of a route of Flask, which has no steps."""
    if not has_request_context():  # called like any function, as in a test
        return view()
    asked = current_request()
    endpoint = current_app.view_functions.get(asked.endpoint or "")
    while endpoint is not None and endpoint is not run:
        endpoint = getattr(endpoint, "__wrapped__", None)
    if endpoint is None or asked.method not in {"GET", "HEAD"}:
        return view()
    step = CachedResponse(current_app, caching, is_open=True)
    return step(Call(asked, path), lambda _: current_app.make_response(view()))
