"""Turns a declared route into the function that Flask calls, deciding at start what each request needs."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Request, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from beastmode.api.body import body_reader, query_reader
from beastmode.api.conditional import etag_of, has_it_already, require_match
from beastmode.api.cursors import CursorSigner
from beastmode.api.declarations import sync
from beastmode.api.envelope import Answer, JsonResponse, envelope
from beastmode.api.json import write_json
from beastmode.api.lists import Items
from beastmode.api.operations import is_own_response
from beastmode.api.pagination import Pager
from beastmode.api.problems import problem_for
from beastmode.api.results import items_of, refuse_mistake, refuse_shapeless
from beastmode.api.route import Route
from beastmode.api.settings import ApiSettings
from beastmode.api.versions import Deprecation
from beastmode.core.clock import now
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.exchange import current_exchange
from beastmode.core.identity import authenticator_of, identify
from beastmode.db.errors import is_out_of_range
from beastmode.db.lazy import serialising
from beastmode.db.preconditions import after_looking
from beastmode.db.session import has_database, settle
from beastmode.db.unsaved import refuse_unsaved, unsaved_now
from beastmode.query import Dumped, Loading
from beastmode.query.show.cutting import cut_lists
from beastmode.query.show.fitting import Fitter
from beastmode.query.show.passing import show
from beastmode.query.show.shown import AsShown
from beastmode.query.write.targets import not_found

__all__ = ["Endpoint"]

log = logging.getLogger("beastmode")
NOTHING: frozenset[Any] = frozenset()
PRIVATE = "private, no-cache"
NOT_STORED = "no-store"
ORDINARY = frozenset({dict, list, Dumped})
"""What a view returns as a rule, and cannot return by mistake."""
WITH_BODY = frozenset(range(200, 300)) - {HTTPStatus.NO_CONTENT}
WIDTH, WIDEST = 2**31, 2**63
"""The first numbers that are too large for an INTEGER and for any column."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A view's answer, ready to send."""

    body: bytes
    status: int
    headers: Sequence[tuple[str, str]]


class Endpoint:
    """One route of one version, as Flask calls it.

    Args:
        app: The application that it answers for.
        route: What was declared.
        settings: The application's settings.

    Attributes:
        representation: The GET on the same path, whose entity tag `If-Match` is compared with.
    """

    def __init__(self, app: Flask, route: Route, settings: ApiSettings) -> None:
        authenticate = authenticator_of(app)
        if authenticate is None and not route.public:
            raise ConfigurationError(
                f"{route} requires authentication, but no accounts are configured; pass accounts= to Beastmode, or "
                "declare the route public=True."
            )
        self.route = route
        self.__name__ = route.view.__name__
        self.__doc__ = route.view.__doc__
        self.representation: Endpoint | None = None
        self._media_type = media_type_of(route)
        self._authenticate = None if route.public else authenticate
        # What somebody who signed in gets is nobody else's; what a write answers, no cache needs to keep.
        self._caching = None if route.public else PRIVATE if route.is_safe else NOT_STORED
        self._pager = pager_of(route, settings)
        self._read_body = (
            None if route.accepts is None else body_reader(route.accepts, settings, required=route.body_required)
        )
        self._read_query = query_reader(
            route.query, route.listing.parameters() if route.listing else [], settings.max_json_items
        )
        self._has_database = has_database(app)
        self._farewell = route.deprecated.headers() if route.deprecated else []
        self._dump = dumper_of(route, settings)
        self._shown = fitter_of(route)
        self._view = sync(app, route.view, str(route))

    def __call__(self, **path: Any) -> Response:
        """Answer the current request."""
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - one look-up instead of ten
        if self.route.deprecated is not None:
            self._say_farewell(self.route.deprecated)
        try:
            reply = self._checked(asked, path)
        except Exception as error:
            problem = not_found() if is_out_of_range(error) and has_beyond(path, WIDTH) else problem_for(error)
            if problem is None or problem is error:
                raise
            raise problem from error
        response = reply if isinstance(reply, Response) else self._response(asked, reply)
        if self._caching is not None:
            response.headers.setdefault("Cache-Control", self._caching)
        return response

    def _checked(self, asked: Request, path: dict[str, Any]) -> Reply | Response:
        """The view's answer to a request whose sender, path and arguments are right."""
        if self._authenticate is not None:
            identify(self._authenticate(asked))
        if has_beyond(path, WIDEST):
            raise not_found()
        arguments = self._arguments(asked)
        if arguments:
            current_exchange().arguments = tuple(arguments)
        if "HTTP_IF_MATCH" in asked.environ and not self.route.is_safe:
            return self._reply_if_matching(asked, path, arguments)
        return self._reply(asked, path, arguments)

    def compare_with(self, source: "Endpoint | None") -> None:
        """Have `If-Match` compare with what the GET on the same path answers.

        Args:
            source: The endpoint of that GET; None where there is none.

        Raises:
            ConfigurationError: Anybody could try entity tags on what only those may read who have signed in.
        """
        if source is not None and self.route.public and not source.route.public:
            raise ConfigurationError(
                f"{self.route} is public, and with If-Match it would run {source.route} without authentication, "
                "although that route requires it; declare both public=True, or neither."
            )
        self.representation = source

    def etag(self, asked: Request, path: dict[str, Any]) -> str:
        """The entity tag of what this route, a GET, would answer now."""
        reply = self._reply(asked, path, self._no_arguments())
        return etag_of(reply.get_data() if isinstance(reply, Response) else reply.body)

    def _reply(self, asked: Request, path: dict[str, Any], arguments: list[Any]) -> Reply | Response:
        unsaved = unsaved_now() if self._has_database else NOTHING
        result = self._view(*arguments, **path)
        if self._has_database:
            settle()
            refuse_unsaved(str(self.route), unsaved)
        if isinstance(result, Response):
            self._compare_media_type(result)
            return result
        answer = result if type(result) is Answer else Answer(result)
        data = self._data(asked, answer.data)
        body = envelope(data, answer.message) if self.route.envelope else write_json(data)
        return Reply(body, answer.status or self.route.status, tuple(answer.headers.items()))

    def _compare_media_type(self, response: Response) -> None:
        declared = self._media_type
        if declared is not None and response.mimetype != declared and response.status_code in WITH_BODY:
            self._media_type = None
            log.warning(
                "%s returned %s, but the API document says %s; add produces=%r to the route.",
                self.route, response.mimetype, declared, response.mimetype,
            )  # fmt: skip

    def _arguments(self, asked: Request) -> list[Any]:
        arguments = [] if self._read_body is None else [self._read_body(asked)]
        if self.route.query is not None:
            arguments.append(self._read_query(asked.args))
        elif asked.environ.get("QUERY_STRING"):
            self._read_query(asked.args)  # nothing is declared, so it refuses whatever is there
        return arguments

    def _no_arguments(self) -> list[Any]:
        return [] if self.route.query is None else [self._read_query(MultiDict())]

    def _reply_if_matching(self, asked: Request, path: dict[str, Any], arguments: list[Any]) -> Reply | Response:
        def look() -> None:
            source = self.representation
            require_match(asked, None if source is None else source.etag(asked, path))

        if self._has_database:
            return after_looking(look, lambda: self._reply(asked, path, arguments))
        look()
        return self._reply(asked, path, arguments)

    def _data(self, asked: Request, result: Any) -> Any:
        if isinstance(result, Loading):
            if self._pager is None:
                return self._shown(result.all())
            page = self._pager.answer(result, asked.args)
            return page | {"items": self._shown(result.dumped(page["items"], many=True))}
        if type(result) not in ORDINARY:
            refuse_mistake(self.route, result)
        if self._pager is not None:
            return self._pager.answer(self._items(result), asked.args)
        if type(result) is Dumped:
            return self._shown(result)
        return result if self._dump is None else self._dump(result)

    def _items(self, result: Any) -> Items:
        schema = self.route.returns
        if type(result) is Dumped:
            return Items(str(self.route), items_of(self.route, self._shown(result)), None, schema)
        items = items_of(self.route, result)
        if self._dump is not None and any(isinstance(item, AsShown) for item in items):
            return Items(str(self.route), self._dump(items), None, schema)
        return Items(str(self.route), items, self._dump, schema)

    def _response(self, asked: Request, reply: Reply) -> Response:
        if reply.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            response = JsonResponse(status=reply.status)
        elif self.route.is_safe:
            etag = etag_of(reply.body)
            response = JsonResponse(status=304) if has_it_already(asked, etag) else whole(reply)
            response.headers["ETag"] = etag
        else:
            response = whole(reply)
        for name, value in reply.headers:
            response.headers[name] = value
        return response

    def _say_farewell(self, deprecated: Deprecation) -> None:
        exchange = current_exchange()
        exchange.deprecated = True
        exchange.headers.extend(self._farewell)
        if deprecated.is_over(now()):
            successor = f" Use {deprecated.successor} instead." if deprecated.successor else ""
            raise Problem(410, f"This route was removed on {deprecated.sunset:%Y-%m-%d}.{successor}")


def whole(reply: Reply) -> JsonResponse:
    """A response with the reply's body and its length, which JsonResponse leaves to whoever makes one."""
    response = JsonResponse([reply.body], reply.status)
    response.headers["Content-Length"] = str(len(reply.body))
    return response


def has_beyond(path: dict[str, Any], bound: int) -> bool:
    """Whether a path has a number from this one on; where the database will not look for it, there is nothing."""
    return any(type(value) is int and value >= bound for value in path.values())


def media_type_of(route: Route) -> str | None:
    """What the document says that a view's own response is; None where it says that it may be anything."""
    return route.produces or (None if is_own_response(route) else "application/json")


def pager_of(route: Route, settings: ApiSettings) -> Pager | None:
    if route.listing is None:
        return None
    return Pager(route.listing, CursorSigner(settings.secret_key, route.name), settings.count_limit)


def dumper_of(route: Route, settings: ApiSettings) -> Callable[[Any], Any] | None:
    schema = route.returns
    if schema is None:
        return None
    name, most = type(schema).__name__, settings.nested_limit
    cut_lists(schema)

    def dump(value: Any) -> Any:
        many = route.many or isinstance(value, list)
        if type(value) not in ORDINARY or many is not isinstance(value, list):
            refuse_shapeless(route, value, many=many)
        with serialising(name, most):
            return show(schema, value, lambda each: schema.dump(each, many=many), many=many)

    return dump


def fitter_of(route: Route) -> Callable[[Dumped], Any]:
    """What gives a loading's values, as far as the route's schema shows them."""
    schema = route.returns
    if schema is None:
        return lambda dumped: dumped.plain
    return Fitter(schema, many=route.many)
