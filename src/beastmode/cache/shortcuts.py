"""Cached responses that are the same for everyone, returned before Flask begins its work.

Flask's contexts, routing and hooks take several times as long as looking up an entry. A path is learnt from a request
that went through Flask, and only if nothing there could have made a difference: no hook, no signal, and no other step
that looks at the request. What a request with credentials gets is never decided here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from flask import Flask, request_finished, request_started, request_tearing_down
from werkzeug.http import parse_etags

from beastmode.api.arguments import Arguments, PathNumbers
from beastmode.api.endpoint import Endpoint
from beastmode.core.exchange import Exchange
from beastmode.core.middleware import Middleware

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from beastmode.cache.entry import Entry

EXTENSION = "beastmode.cache.shortcuts"
_REASONS_FOR_FLASK = frozenset({"HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_ORIGIN", "HTTP_RANGE"})
"""Headers that hooks, authenticators or the session look at."""
_SAME_FOR_ALL = (PathNumbers, Arguments)
"""Steps in front of the cache that decide by the URL alone, as they did when the entry was stored."""
_WITHOUT_ORIGIN = "beastmode.security.cors"
"""The module of the one hook that does nothing if there is no `Origin`."""
_PATHS = 1000
"""How many paths are kept, about 300 bytes each; beyond that, all of them are learnt anew."""
_KEYS = 100
"""How many combinations of query string and headers are kept for a path, about 500 bytes each."""


class Shared(Protocol):
    """The step of a route whose responses are the same for everyone: `CachedResponse`."""

    vary: tuple[str, ...]

    def shared_key(self, environ: "WSGIEnvironment") -> str:
        """See there."""

    def fresh(self, key: str, tags: tuple[str, ...]) -> "Entry | None":
        """See there."""

    def headers_for_all(self, entry: "Entry") -> list[tuple[str, str]]:
        """See there."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A path that was learnt.

    Attributes:
        step: Returns its responses.
        tags: The tags of its responses.
        rule: The rule of Flask that matched.
        keys: The keys of its responses, by everything else that they depend on: hashing takes longer than looking up.
    """

    step: Shared
    tags: tuple[str, ...]
    rule: str
    keys: dict[tuple[Any, ...], str] = field(default_factory=dict)

    def key(self, environ: "WSGIEnvironment") -> str:
        """The key of the response to a request.

        Args:
            environ: The WSGI environment.
        """
        get = environ.get
        others = (
            get("QUERY_STRING"), get("HTTP_ACCEPT"), get("HTTP_HOST"), environ["wsgi.url_scheme"], get("SCRIPT_NAME"),
            *map(get, self.step.vary),
        )  # fmt: skip
        key = self.keys.get(others)
        if key is None:
            if len(self.keys) >= _KEYS:
                self.keys.clear()
            key = self.keys[others] = self.step.shared_key(environ)
        return key


class Shortcuts:
    """The paths of an application whose responses need no Flask.

    Args:
        app: The Flask application.
        middleware: Its middleware.
    """

    def __init__(self, app: Flask, middleware: Middleware) -> None:
        self._app = app
        self._middleware = middleware
        self._paths: dict[str, _Known] = {}
        self._is_free: bool | None = None

    def learn(self, environ: "WSGIEnvironment", step: Shared, tags: tuple[str, ...], rule: Any) -> None:
        """Answer the next request for a path here, if nothing in Flask can make a difference.

        Args:
            environ: The WSGI environment of a request that went through Flask.
            step: The step that found or stored its response.
            tags: The tags of the response.
            rule: The rule of Flask that matched.
        """
        path = environ["PATH_INFO"]
        if path in self._paths or not self._needs_no_flask(rule, step):
            return
        if len(self._paths) >= _PATHS:
            self._paths.clear()
        self._paths[path] = _Known(step, tags, rule.rule)

    def __call__(self, exchange: Exchange) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """The response to a request; None if it has to go through Flask. See `Middleware.shortcuts`."""
        environ = exchange.environ
        known = self._paths.get(environ["PATH_INFO"])
        if known is None or environ["REQUEST_METHOD"] != "GET" or not _REASONS_FOR_FLASK.isdisjoint(environ):
            return None
        if request_started.receivers or request_finished.receivers or request_tearing_down.receivers:
            return None
        entry = known.step.fresh(known.key(environ), known.tags)
        if entry is None or entry.status != HTTPStatus.OK:
            return None
        exchange.route = known.rule
        headers = known.step.headers_for_all(entry)
        if _has_it_already(environ, entry):
            return HTTPStatus.NOT_MODIFIED, [each for each in headers if not each[0].startswith("Content-")], b""
        return entry.status, headers, entry.body

    def _needs_no_flask(self, rule: Any, step: Any) -> bool:
        """Whether the steps of a route, and the hooks of the application, leave its response as it is."""
        if self._is_free is None:  # hooks cannot be added after the first request
            self._is_free = self._has_no_hooks()
        endpoint = self._app.view_functions.get(rule.endpoint)
        if not self._is_free or not isinstance(endpoint, Endpoint):
            return False
        before = endpoint.steps[: endpoint.steps.index(step)]
        return all(isinstance(each, _SAME_FOR_ALL) for each in before)

    def _has_no_hooks(self) -> bool:
        app = self._app
        hooks = (app.before_request_funcs, app.teardown_request_funcs, app.url_value_preprocessors)
        is_flask_itself = getattr(self._middleware.app, "__func__", None) is Flask.wsgi_app
        return is_flask_itself and not any(map(_functions, hooks)) and not _changing(app.after_request_funcs)


def _functions(hooks: Any) -> list[Any]:
    """The functions of an application and of its blueprints."""
    return [function for functions in hooks.values() for function in functions]


def _changing(hooks: Any) -> Iterable[Any]:
    """The functions that may change a response to a request without `Origin`."""
    return [each for each in _functions(hooks) if getattr(each, "__module__", None) != _WITHOUT_ORIGIN]


def _has_it_already(environ: "WSGIEnvironment", entry: "Entry") -> bool:
    """Whether the client's `If-None-Match` matches an entry."""
    given = environ.get("HTTP_IF_NONE_MATCH")
    return given is not None and parse_etags(given).contains_weak(entry.etag.strip('"'))
