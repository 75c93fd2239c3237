"""One route as an OpenAPI operation: its parameters and body, and every status that it can return."""

from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from types import NoneType
from typing import Any, get_args, get_type_hints

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from werkzeug.wrappers import Response

from beastmode.api.components import Components
from beastmode.api.listing import MOST_PER_PAGE, MOST_SORTS, Listing
from beastmode.api.properties import Document, field_schema
from beastmode.api.route import Route
from beastmode.core.steps import Step

_PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}  # RFC 9110; Python 3.13 renamed its own
_FORMS = {"multipart/form-data", "application/x-www-form-urlencoded"}
_INTEGER = {"type": "integer"}
_NULLABLE_INTEGER = {"type": ["integer", "null"]}
_NULLABLE_TEXT = {"type": ["string", "null"]}
_PAGINATION = {
    "page": _NULLABLE_INTEGER,
    "per_page": _INTEGER,
    "total": _NULLABLE_INTEGER,
    "pages": _NULLABLE_INTEGER,
    "has_next": {"type": "boolean"},
    "has_prev": {"type": "boolean"},
    "next_page": _NULLABLE_INTEGER,
    "prev_page": _NULLABLE_INTEGER,
    "next_cursor": _NULLABLE_TEXT,
    "prev_cursor": _NULLABLE_TEXT,
}
# In the description, not as a parameter: no schema can say which ETag is current, so every tool that sends what the
# schema allows would get 412.
_IF_MATCH = "With `If-Match`, the change is made only if the ETag still matches."
_ETAG = {"ETag": {"description": "Strong entity tag of the response.", "schema": {"type": "string"}}}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait before trying again.", "schema": {"type": "integer"}}}
_ALLOW = {"Allow": {"description": "Methods that this path supports.", "schema": {"type": "string"}}}
_CHALLENGE = {"WWW-Authenticate": {"description": "How to authenticate.", "schema": {"type": "string"}}}
_TEXT = {"type": "string"}
_RATE_LIMIT = {
    **_RETRY_AFTER,
    "RateLimit": {"description": "What is left of each limit, and for how many seconds.", "schema": _TEXT},
    "RateLimit-Policy": {"description": "Each limit, and its window in seconds.", "schema": _TEXT},
}
_ERROR_HEADERS = {401: _CHALLENGE, 405: _ALLOW, 429: _RATE_LIMIT, 503: _RETRY_AFTER}


class Operations:
    """Describes the routes of one document.

    Args:
        components: Where schemas are registered.
        converter: apispec's own.
        has_envelope: Whether errors are returned in the envelope; otherwise as the project's own handlers return them.
    """

    def __init__(self, components: Components, converter: OpenAPIConverter, *, has_envelope: bool) -> None:
        self._components = components
        self._converter = converter
        self._has_envelope = has_envelope

    def describe(self, route: Route, steps: Sequence[Step], *, can_match: bool, security: list[Document]) -> Document:
        """One route, as an operation object.

        Args:
            route: The declaration.
            steps: Its steps, with the status codes of their refusals.
            can_match: Whether `If-Match` has a representation to be compared with.
            security: The ways to authenticate, of which one is enough.
        """
        summary, _, description = (route.view.__doc__ or "").strip().partition("\n")
        operation: Document = {
            "operationId": operation_id(route),
            "security": security,
            "parameters": [*self._parameters(route), *_required_headers(steps)],
            "responses": self._responses(route, frozenset().union(*(step.statuses for step in steps))),
        }
        if summary:
            operation["summary"] = summary.rstrip(".")
        told = [" ".join(description.split()), _IF_MATCH if can_match else "", *(step.note for step in steps)]
        if any(told):
            operation["description"] = " ".join(filter(None, told))
        if route.deprecated:
            operation |= route.deprecated.described()
        if (content := self._body(route, steps)) is not None:
            operation["requestBody"] = {"required": route.body_required, "content": content}
        return operation

    def _body(self, route: Route, steps: Sequence[Step]) -> Document | None:
        if read := next((step.content for step in steps if step.content), None):
            return dict(read)
        if route.consumes is not None:
            return {route.consumes: {"schema": _media_schema(route.consumes)}}
        if route.accepts is None:
            return None
        schema = self._components.reference(route.accepts, "request")
        if route.accepts.many:
            schema = {"type": "array", "items": schema, "maxItems": self._components.most["request"]}
        return {"application/json": {"schema": schema}}

    def _parameters(self, route: Route) -> list[Document]:
        parameters = []
        if route.query is not None:
            for name, field in route.query.load_fields.items():
                about = {"in": "query", "name": field.data_key or name, "required": field.required}
                parameters.append({**about, "schema": self._components.field(field, "request")})
        if route.listing is not None:
            parameters += self._listing_parameters(route.listing)
        if _has_etag(route):
            parameters.append(_header("If-None-Match", "Returns 304 if the ETag still matches."))
        return parameters

    def _listing_parameters(self, listing: Listing) -> list[Document]:
        lenient = {"type": ["integer", "string"]}
        shown = [
            ("page", "Page number, starting at 1. Invalid values mean 1.", {**lenient, "default": 1}),
            ("per_page", f"Items per page (maximum {MOST_PER_PAGE}).", {**lenient, "default": listing.per_page}),
            (
                "cursor",
                "Cursor from a previous response; leave empty for the first page.",
                {"type": "string"},
            ),
        ]
        if listing.sorts:
            one = f"-?({'|'.join(listing.sorts)})"
            pattern = f"^{one}(,{one}){{0,{MOST_SORTS - 1}}}$"
            names = ", ".join(f"`{name}`" for name in listing.sorts)
            order = f"Sort order: comma-separated ({names}); prefix `-` for descending."
            shown.append(("sort", order, {"type": "string", "pattern": pattern}))
        for name, (condition, field) in listing.readers.items():
            schema = {"type": "string"} if condition.operator == "in" else field_schema(self._converter, field)
            shown.append((name, f"Only items whose {condition.column.key} {_WORDS[condition.operator]}.", schema))
        return [{"in": "query", "name": n, "description": d, "required": False, "schema": s} for n, d, s in shown]

    def _responses(self, route: Route, statuses: frozenset[int]) -> Document:
        success: Document = {"description": _PHRASES.get(route.status) or HTTPStatus(route.status).phrase}
        if route.produces is not None:
            success["content"] = {route.produces: {"schema": _media_schema(route.produces)}}
        elif is_own_response(route):
            success["content"] = {"*/*": {"schema": {}}}
        elif route.status != HTTPStatus.NO_CONTENT:
            success["content"] = {"application/json": {"schema": self._success_schema(route)}}
        responses = {str(route.status): success}
        if _has_etag(route):
            success["headers"] = _ETAG
            responses["304"] = {"description": "Not Modified", "headers": _ETAG}
        for status in sorted(statuses | _statuses_of(route)):
            responses[str(status)] = self._error(status)
        return responses

    def _success_schema(self, route: Route) -> Document:
        if route.returns is None:
            return self._components.plain("Envelope", _envelope_schema(None)) if route.envelope else {}
        data = self._components.reference(route.returns, "response")
        if route.listing is not None:
            return self._page_envelope(data)
        name = _name_of(data)
        if route.many:
            data = {"type": "array", "items": data}
        if not route.envelope:
            return data
        name = f"{name}ListEnvelope" if route.many else f"{name}Envelope"
        return self._components.plain(name, _envelope_schema(data))

    def _page_envelope(self, item: Document) -> Document:
        pagination = {"type": "object", "properties": _PAGINATION, "required": sorted(_PAGINATION)}
        page = {
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": item},
                "pagination": self._components.plain("Pagination", pagination),
            },
            "required": ["items", "pagination"],
        }
        return self._components.plain(f"{_name_of(item)}PageEnvelope", _envelope_schema(page))

    def _error(self, status: int) -> Document:
        described: Document = {"description": _PHRASES.get(status) or HTTPStatus(status).phrase}
        if self._has_envelope:
            described["content"] = {
                "application/json": {"schema": self._components.plain("Error", _ERROR)},
                "application/problem+json": {"schema": self._components.plain("ProblemDetails", _PROBLEM_DETAILS)},
            }
        if status in _ERROR_HEADERS:
            described["headers"] = _ERROR_HEADERS[status]
        return described


_WORDS = {
    "eq": "equals this value",
    "ne": "does not equal this value",
    "lt": "is less than this value",
    "lte": "is at most this value",
    "gt": "is greater than this value",
    "gte": "is at least this value",
    "in": "is one of these values (comma-separated)",
    "contains": "contains this text",
    "startswith": "starts with this text",
}
_ERROR: Document = {
    "type": "object",
    "description": "Why the request failed.",
    "properties": {
        "success": {"type": "boolean", "const": False},
        "message": {"type": "string"},
        "details": {"description": "Details; for 422, the messages by field."},
    },
    "required": ["message", "success"],
}
_PROBLEM_DETAILS: Document = {
    "type": "object",
    "description": "Why the request failed, as RFC 9457 problem details, for clients that accept them.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"description": "Details; for 422, the messages by field."},
    },
    "required": ["detail", "status", "title", "type"],
}


def operation_id(route: Route) -> str:
    """The name of a route in the document, the same in every version.

    Args:
        route: The declaration.
    """
    return route.name.replace(".", "_")


def _statuses_of(route: Route) -> set[int]:
    """The status codes with which a route refuses requests whatever its steps are."""
    statuses = {400, 405, 422, 500, 503, *route.errors}
    if route.listing is not None:
        statuses.add(404)
    if route.consumes is not None:
        statuses.add(413)
    if not route.is_safe:
        statuses.add(409)
    return statuses


def is_own_response(route: Route) -> bool:
    """Whether a route declares that its view returns its own response."""
    return route.produces is not None or (route.returns is None and _gives_response(route.view))


def _gives_response(view: Callable[..., Any]) -> bool:
    """Whether a view's annotation says that it returns its own response, of any media type."""
    try:
        returned = get_type_hints(view).get("return")
    except (NameError, TypeError):
        return False  # a name that is there for the type checker alone, or no function
    kinds = [kind for kind in get_args(returned) or [returned] if kind is not NoneType]
    return bool(kinds) and all(isinstance(kind, type) and issubclass(kind, Response) for kind in kinds)


def _has_etag(route: Route) -> bool:
    """Whether responses have an ETag: those of a GET whose body is ours."""
    return route.is_safe and not is_own_response(route)


def _media_schema(media_type: str) -> Document:
    """The JSON schema of a body that is not JSON: text, a form, or bytes."""
    if media_type.startswith("text/"):
        return {"type": "string"}
    return {"type": "object"} if media_type in _FORMS else {"type": "string", "format": "binary"}


def _name_of(reference: Document) -> str:
    """The name of the component of a reference."""
    name: str = reference["$ref"].rpartition("/")[2]
    return name


def _required_headers(steps: Iterable[Step]) -> list[Document]:
    """The request headers without which a step refuses."""
    return [
        {"in": "header", "name": name, "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 255}}
        for step in steps
        for name in step.required_headers
    ]


def _header(name: str, description: str) -> Document:
    return {"in": "header", "name": name, "description": description, "required": False, "schema": {"type": "string"}}


def _envelope_schema(data: Document | None) -> Document:
    """The success envelope around data, as a JSON schema."""
    properties: dict[str, Any] = {"success": {"type": "boolean", "const": True}, "message": {"type": "string"}}
    if data is not None:
        properties["data"] = data
    return {"type": "object", "properties": properties, "required": sorted(properties)}
