"""The step that returns cached responses."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.wrappers import Response

from beastmode.api.conditional import etag_of, has_it_already
from beastmode.api.envelope import JsonResponse
from beastmode.api.route import Route
from beastmode.cache.caching import Caching
from beastmode.cache.entry import Entry
from beastmode.cache.keys import request_key
from beastmode.cache.region import EXTENSION, Made, Returned, Unstored, Wanted, region_of
from beastmode.cache.shortcuts import EXTENSION as SHORTCUTS
from beastmode.cache.shortcuts import Shortcuts
from beastmode.cache.tags import filled, refuse_unknown_values
from beastmode.core.clock import now
from beastmode.core.errors import ConfigurationError
from beastmode.core.private_flask import current_request_context, session_of
from beastmode.core.steps import Call, Proceed, Step, declaration_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_CONDITION = "HTTP_IF_NONE_MATCH"
_HIT, _MISS, _PASSED = "beastmode; hit", "beastmode; fwd=miss; stored", "beastmode; fwd=bypass"
"""Values of `Cache-Status` (RFC 9211)."""
_PARTIAL = 206
_PRIVATE = "private, no-cache"
_CREDENTIALS = ("HTTP_AUTHORIZATION", "HTTP_COOKIE")


class CachedResponse(Step):
    """Returns a stored response, or runs the view and stores what it returns.

    Args:
        app: The Flask application.
        caching: The declaration.
        is_open: Whether the route requires no authentication.

    Attributes:
        vary: The further headers that its responses depend on, as in the environment.
    """

    def __init__(self, app: Flask, caching: Caching, *, is_open: bool) -> None:
        self._region = region_of(app)
        self._shortcuts: Shortcuts | None = app.extensions.get(SHORTCUTS)
        self._caching = caching
        self._timeout = caching.timeout or self._region.default_timeout
        self.vary = tuple(f"HTTP_{name.upper().replace('-', '_')}" for name in caching.vary)
        self._is_shared = caching.public and is_open
        self._cache_control = f"public, {_directives(caching, self._timeout)}"
        self._vary = ", ".join(["Accept", *caching.vary, *([] if caching.public else ["Authorization", "Cookie"])])
        self._known = {name.strip().lower() for name in self._vary.split(",")}

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """The stored response, or a new one."""
        environ = call.request.environ
        if "HTTP_RANGE" in environ:
            return proceed(call)
        tags = filled(self._caching.tags, call.path)
        found = self._region.fetch(
            Wanted(
                key=request_key(environ, self.vary, by_caller=not self._caching.public),
                tags=tags,
                timeout=self._timeout,
                stale=self._caching.stale,
                create=lambda: self._create(call, proceed),
            )
        )
        if isinstance(found, Unstored):
            return found.value
        if self._is_shared and self._shortcuts is not None and environ["REQUEST_METHOD"] == "GET":
            self._shortcuts.learn(environ, self, tags, call.request.url_rule)
        return self._respond(call, found)

    def _create(self, call: Call, proceed: Proceed) -> Made | Unstored[Response]:
        """The response of the view, whole: without the condition of this request, which others do not have."""
        environ = call.request.environ
        condition = environ.pop(_CONDITION, None)
        try:
            response = proceed(call)
        finally:
            if condition is not None:
                environ[_CONDITION] = condition
        if any(self._reasons_against(response)):
            response.headers["Cache-Status"] = _PASSED
            return Unstored(_conditional(call, response))
        body = response.get_data()
        response.headers.setdefault("ETag", etag_of(body))
        response.headers.setdefault("Content-Length", str(len(body)))
        return Made(body, response.status_code, tuple(response.headers.to_wsgi_list()))

    def _reasons_against(self, response: Response) -> Iterator[bool]:
        """Why a response must not be stored."""
        headers = response.headers
        yield not 200 <= response.status_code < 300 or response.status_code == _PARTIAL
        yield response.is_streamed or response.direct_passthrough
        yield "Set-Cookie" in headers
        yield any(name.lower() not in self._known for name in response.vary)
        yield response.cache_control.no_store is True
        if self._caching.public:
            yield response.cache_control.private is not None
            # It was read, so the response may depend on it.
            yield bool(getattr(session_of(current_request_context()), "accessed", False))

    def _respond(self, call: Call, found: Returned) -> Response:
        """A stored response, for this request."""
        entry, environ = found.entry, call.request.environ
        headers = self._headers_of(environ, entry, _HIT if found.is_hit else _MISS)
        if _CONDITION in environ and has_it_already(call.request, entry.etag):
            return JsonResponse(status=304, headers=[each for each in headers if not each[0].startswith("Content-")])
        return JsonResponse([entry.body], entry.status, headers)

    def _headers_of(self, environ: "WSGIEnvironment", entry: Entry, status: str) -> list[tuple[str, str]]:
        """The headers of a stored response, with who else may keep it: all, if it was requested without credentials."""
        if self._is_shared and not any(name in environ for name in _CREDENTIALS):
            return self.headers_for_all(entry, status)
        return [*self._with_rules(entry, _PRIVATE), ("Cache-Status", status)]

    def headers_for_all(self, entry: Entry, status: str = _HIT) -> list[tuple[str, str]]:
        """The headers of a stored response to a request without credentials.

        Args:
            entry: The response.
            status: The value of `Cache-Status`.
        """
        if not entry.prepared:
            entry.prepared.extend(self._with_rules(entry, self._cache_control))
        age = max(0, int(now().timestamp() - entry.made))
        return [*entry.prepared, ("Cache-Status", status), ("Age", str(age))]

    def _with_rules(self, entry: Entry, cache_control: str) -> list[tuple[str, str]]:
        headers = [*(each for each in entry.headers if each[0] != "Vary"), ("Vary", self._vary)]
        if not any(name == "Cache-Control" for name, _ in headers):
            headers.append(("Cache-Control", cache_control))
        return headers

    def shared_key(self, environ: "WSGIEnvironment") -> str:
        """The key of a response that is the same for everyone.

        Args:
            environ: The WSGI environment.
        """
        return request_key(environ, self.vary, by_caller=False)

    def fresh(self, key: str, tags: tuple[str, ...]) -> Entry | None:
        """A stored response; None if there is none, or if it is not fresh.

        Args:
            key: Its key.
            tags: Its tags.
        """
        return self._region.fresh(key, tags)


def cached_response_step(app: Flask, route: Route) -> CachedResponse | None:
    """The step of a route; None if it does not declare one.

    Args:
        app: The Flask application.
        route: The declaration.

    Raises:
        ConfigurationError: It is not a GET, or the application has no cache.
    """
    caching = declaration_of(route.view, Caching)
    if caching is None:
        return None
    if EXTENSION not in app.extensions:
        raise ConfigurationError(
            f"{route} declares cached_response, but the application has no cache; pass cache=Cache() to Beastmode."
        )
    if not route.is_safe:
        raise ConfigurationError(f"{route}: cached_response is for GET; a {route.method} changes something each time.")
    refuse_unknown_values(caching.tags, _arguments_of(route), str(route))
    return CachedResponse(app, caching, is_open=route.public)


def _arguments_of(route: Route) -> list[str]:
    """The names of the arguments in a path."""
    return [part.partition(">")[0].rpartition(":")[2] for part in route.rule.split("<")[1:]]


def _directives(caching: Caching, timeout: float) -> str:
    """For how long caches on the way may keep a response; with tags, it may become invalid at any time."""
    if caching.tags:
        return "no-cache"
    stale = f", stale-while-revalidate={int(caching.stale)}" if caching.stale else ""
    return f"max-age={int(timeout)}{stale}"


def _conditional(call: Call, response: Response) -> Response:
    """A response that was not stored, or 304 if the client has it already."""
    etag = response.headers.get("ETag")
    if etag is None or response.status_code != 200 or not has_it_already(call.request, etag):
        return response
    short = JsonResponse(status=304)
    short.headers["ETag"] = etag
    return short
