"""Calls the view of a route, and turns what it returns into a response."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Request
from werkzeug.wrappers import Response

from beastmode.api.conditional import etag_of, has_it_already
from beastmode.api.cursors import CursorSigner
from beastmode.api.declarations import sync
from beastmode.api.envelope import Answer, JsonResponse, envelope
from beastmode.api.json import write_json
from beastmode.api.lists import Items
from beastmode.api.operations import is_own_response
from beastmode.api.pagination import Pager
from beastmode.api.results import items_of, refuse_mistake, refuse_shapeless
from beastmode.api.route import Route
from beastmode.api.settings import ApiSettings
from beastmode.core.steps import Call
from beastmode.db.lazy import serialising
from beastmode.db.session import has_database, settle
from beastmode.db.unsaved import refuse_unsaved, unsaved_now
from beastmode.query import Dumped, Loading
from beastmode.query.show.cutting import cut_lists
from beastmode.query.show.fitting import Fitter
from beastmode.query.show.passing import show
from beastmode.query.show.shown import AsShown

log = logging.getLogger("beastmode")
_NOTHING: frozenset[Any] = frozenset()
_ORDINARY = frozenset({dict, list, Dumped})
"""The common result types of views, which need not be checked for mistakes."""
_WITH_BODY = frozenset(range(200, 300)) - {HTTPStatus.NO_CONTENT}


@dataclass(frozen=True, slots=True)
class _Reply:
    """A response of a view, ready to send."""

    body: bytes
    status: int
    headers: Sequence[tuple[str, str]]


class View:
    """The view of one route, and how its result becomes a response.

    Args:
        app: The Flask application.
        route: The declaration.
        settings: The application's settings.
    """

    def __init__(self, app: Flask, route: Route, settings: ApiSettings) -> None:
        self.route = route
        self._media_type = _media_type_of(route)
        self._pager = _pager_of(route, settings)
        self._has_database = has_database(app)
        self._dump = _dumper_of(route, settings)
        self._shown = _fitter_of(route)
        self._view = sync(app, route.view, str(route))

    def __call__(self, call: Call) -> Response:
        """The response to a request that has passed all steps."""
        reply = self._reply(call.request, call.path, call.arguments)
        return reply if isinstance(reply, Response) else self._response(call.request, reply)

    def etag(self, asked: Request, path: dict[str, Any], arguments: Sequence[Any]) -> str:
        """The ETag of what this GET would return now.

        Args:
            asked: The request, which may be one that changes the resource.
            path: The view's keyword arguments.
            arguments: The view's positional arguments.
        """
        reply = self._reply(asked, path, arguments)
        return etag_of(reply.get_data() if isinstance(reply, Response) else reply.body)

    def _reply(self, asked: Request, path: dict[str, Any], arguments: Sequence[Any]) -> _Reply | Response:
        unsaved = unsaved_now() if self._has_database else _NOTHING
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
        return _Reply(body, answer.status or self.route.status, tuple(answer.headers.items()))

    def _compare_media_type(self, response: Response) -> None:
        declared = self._media_type
        if declared is not None and response.mimetype != declared and response.status_code in _WITH_BODY:
            self._media_type = None
            log.warning(
                "%s returned %s, but the API document says %s; add produces=%r to the route.",
                self.route, response.mimetype, declared, response.mimetype,
            )  # fmt: skip

    def _data(self, asked: Request, result: Any) -> Any:
        if isinstance(result, Loading):
            if self._pager is None:
                return self._shown(result.all())
            page = self._pager.answer(result, asked.args)
            return page | {"items": self._shown(result.dumped(page["items"], many=True))}
        if type(result) not in _ORDINARY:
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

    def _response(self, asked: Request, reply: _Reply) -> Response:
        if reply.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            response = JsonResponse(status=reply.status)
        elif self.route.is_safe:
            etag = etag_of(reply.body)
            response = JsonResponse(status=304) if has_it_already(asked, etag) else _whole(reply)
            response.headers["ETag"] = etag
        else:
            response = _whole(reply)
        for name, value in reply.headers:
            response.headers[name] = value
        return response


def _whole(reply: _Reply) -> JsonResponse:
    """A response with the body and its length, which JsonResponse does not set itself."""
    response = JsonResponse([reply.body], reply.status)
    response.headers["Content-Length"] = str(len(reply.body))
    return response


def _media_type_of(route: Route) -> str | None:
    """The documented media type of a view's own response; None if it may be any."""
    return route.produces or (None if is_own_response(route) else "application/json")


def _pager_of(route: Route, settings: ApiSettings) -> Pager | None:
    if route.listing is None:
        return None
    return Pager(route.listing, CursorSigner(settings.secret_key, route.name), settings.count_limit)


def _dumper_of(route: Route, settings: ApiSettings) -> Callable[[Any], Any] | None:
    schema = route.returns
    if schema is None:
        return None
    name, most = type(schema).__name__, settings.nested_limit
    cut_lists(schema)

    def dump(value: Any) -> Any:
        many = route.many or isinstance(value, list)
        if type(value) not in _ORDINARY or many is not isinstance(value, list):
            refuse_shapeless(route, value, many=many)
        with serialising(name, most):
            return show(schema, value, lambda each: schema.dump(each, many=many), many=many)

    return dump


def _fitter_of(route: Route) -> Callable[[Dumped], Any]:
    """A function that reduces the result of a loading to what the route's schema shows."""
    schema = route.returns
    if schema is None:
        return lambda dumped: dumped.plain
    return Fitter(schema, many=route.many)
