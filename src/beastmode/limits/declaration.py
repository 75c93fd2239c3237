"""`rate_limit`: how often a route may be called."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from inspect import iscoroutinefunction
from typing import Any, TypeAlias, TypeVar

from flask import current_app

from beastmode.core.caller import Identity
from beastmode.core.errors import ConfigurationError
from beastmode.core.private_flask import current_request
from beastmode.core.steps import Call, declare

View = TypeVar("View", bound=Callable[..., Any])
Plan: TypeAlias = Callable[[Identity], int | None]
"""Takes a caller; returns what they may use in a window, None for no limit."""
COUNTED = "beastmode.rate_limited"
"""The key in the WSGI environment of requests that have been counted."""
LIMITER = "beastmode.limiter"
"""The key in `app.extensions` of what counts."""
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,50}")
_LONGEST_WINDOW = 366 * 24 * 3600


@dataclass(frozen=True)
class RateLimit:
    """The declaration of a limit: a decorator for views, and a default for a blueprint or an API.

    Attributes:
        limit: What a caller may use in a window; a function for a limit that depends on the caller; None for no limit.
        window: The window, in seconds.
        cost: What a request uses; a function if that depends on the request.
        by: Whose limit it is; None for the caller's.
        exempt: Which callers are not limited.
        name: Limits with the same name are one limit; None for a limit of its own.
        exact: Whether it is never exceeded, at the price of one statement for every request.
    """

    limit: int | Plan | None
    window: int
    cost: int | Callable[[Call], int]
    by: Callable[[Call], str] | None
    exempt: Callable[[Identity], bool] | None
    name: str | None
    exact: bool

    def __call__(self, view: View) -> View:
        """Limit a view; in a plain Flask route too, whose requests are counted when the view is called."""
        declare(view, self)
        # What a blueprint of beastmode calls has been counted by then; only Flask's own routes are counted here.
        if iscoroutinefunction(view):

            @wraps(view)
            async def limited(*args: Any, **path: Any) -> Any:
                _count_plain(view, path)
                return await view(*args, **path)

        else:

            @wraps(view)
            def limited(*args: Any, **path: Any) -> Any:
                _count_plain(view, path)
                return view(*args, **path)

        return limited  # type: ignore[return-value]  # the same signature


def rate_limit(  # noqa: PLR0913 - a limit has as many parts, each given by name
    limit: int | Plan | None = 100,
    window: int = 3600,
    *,
    cost: int | Callable[[Call], int] = 1,
    by: Callable[[Call], str] | None = None,
    exempt: Callable[[Identity], bool] | None = None,
    name: str | None = None,
    exact: bool = False,
) -> RateLimit:
    """A limit on how often each caller may call: a decorator for views, and a value for `defaults=`.

    A logged-in caller is limited by account, anyone else by network: an IPv4 address or an IPv6 /64. Requests over the
    limit get 429 and `Retry-After`; every response has `RateLimit` and `RateLimit-Policy`. A limit on a view counts the
    calls of that view, in all versions of the API. One in `defaults=` counts the calls of all routes that it applies
    to together; it applies to routes without a limit of their own. Several on one view all apply.

    Args:
        limit: What a caller may use in a window. For limits by plan, a function that takes the caller (`Identity`) and
            returns the number; its results are kept for a minute. None means no limit.
        window: The length of a window in seconds; it begins with a caller's first request.
        cost: What a request uses; or a function that takes the request (`Call`) and returns it.
        by: Instead of the caller, whose limit it is: a function that takes the request (`Call`) and returns a string.
        exempt: A function that takes the caller (`Identity`) and returns whether they are not limited.
        name: A name in the headers. Limits with the same name and window are one limit.
        exact: Whether every request is counted for all processes at once, with one statement; otherwise processes tell
            each other what they have counted in parts of 5 % of the limit, and limits of less than 40 are exact.

    Raises:
        ConfigurationError: One of the values is not possible.
    """
    _refuse_mistakes(limit, window, cost, name)
    # Not at the top: it adds the table to the metadata, which projects without limits do not need.
    import_module("beastmode.limits.rate_counts")
    return RateLimit(limit, window, cost, by, exempt, name, exact)


def _refuse_mistakes(limit: Any, window: Any, cost: Any, name: Any) -> None:
    """Refuse values that limit nothing, or everything, by mistake."""
    if not callable(limit) and limit is not None and not _is_whole(limit, 0):
        raise ConfigurationError(f"rate_limit(limit={limit!r}): expected a number of requests, a function or None.")
    if not _is_whole(window, 1) or window > _LONGEST_WINDOW:
        raise ConfigurationError(f"rate_limit(window={window!r}): expected a number of seconds, at most a year.")
    if not callable(cost) and not _is_whole(cost, 0):
        raise ConfigurationError(f"rate_limit(cost={cost!r}): expected a number or a function.")
    if name is not None and not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise ConfigurationError(
            f"rate_limit(name={name!r}): expected at most 50 letters, digits, and characters of _.:/- in a name."
        )


def _is_whole(value: Any, low: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= low


def _count_plain(view: Callable[..., Any], path: dict[str, Any]) -> None:
    """Count a call of a view whose route is Flask's own.

    Raises:
        Problem: 429.
        ConfigurationError: The application does not use beastmode.
    """
    request = current_request()
    if COUNTED in request.environ:
        return
    limiter = current_app.extensions.get(LIMITER)
    if limiter is None:
        raise ConfigurationError(f"rate_limit on {view.__name__}: call Beastmode(app) as well.")
    limiter.count_plain(view, Call(request, path))
