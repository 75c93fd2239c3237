"""One route as an OpenAPI operation: what it takes, and every status that it can answer."""

from http import HTTPStatus
from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema

from beastmode.api.components import Components, Document, component_name, field_schema
from beastmode.api.listing import MOST_SORTS, Listing
from beastmode.api.route import Route

__all__ = ["Operations"]

PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}  # RFC 9110; Python 3.13 renamed its own
BEARER = "bearer"
INTEGER = {"type": "integer"}
NULLABLE_INTEGER = {"type": ["integer", "null"]}
NULLABLE_TEXT = {"type": ["string", "null"]}
PAGINATION = {
    "page": NULLABLE_INTEGER,
    "per_page": INTEGER,
    "total": NULLABLE_INTEGER,
    "pages": NULLABLE_INTEGER,
    "has_next": {"type": "boolean"},
    "has_prev": {"type": "boolean"},
    "next_page": NULLABLE_INTEGER,
    "prev_page": NULLABLE_INTEGER,
    "next_cursor": NULLABLE_TEXT,
    "prev_cursor": NULLABLE_TEXT,
}
# In words, not as a parameter: no schema can say which tag is the current one, so that every tool which sends what the
# schema allows would be refused with 412.
IF_MATCH = "With `If-Match`, the change goes through only if it names the current entity tag."
ETAG = {"ETag": {"description": "The strong entity tag of the answer.", "schema": {"type": "string"}}}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
ALLOW = {"Allow": {"description": "The methods that there are.", "schema": {"type": "string"}}}
CHALLENGE = {"WWW-Authenticate": {"description": "How to authenticate.", "schema": {"type": "string"}}}
ERROR_HEADERS = {401: CHALLENGE, 405: ALLOW, 429: RETRY_AFTER, 503: RETRY_AFTER}


class Operations:
    """Describes the routes of one document.

    Args:
        components: Where schemas are registered.
        converter: apispec's own.
    """

    def __init__(self, components: Components, converter: OpenAPIConverter) -> None:
        self._components = components
        self._converter = converter

    def describe(self, route: Route, *, can_match: bool) -> Document:
        """One route, as an operation object.

        Args:
            route: What was declared.
            can_match: Whether `If-Match` has a representation to be compared with.
        """
        summary, _, description = (route.view.__doc__ or "").strip().partition("\n")
        operation: Document = {
            "operationId": route.name.replace(".", "_"),
            "security": [] if route.public else [{BEARER: []}],
            "parameters": self._parameters(route),
            "responses": self._responses(route),
        }
        if summary:
            operation["summary"] = summary.rstrip(".")
        told = [" ".join(description.split()), IF_MATCH if can_match else ""]
        if any(told):
            operation["description"] = " ".join(filter(None, told))
        if route.deprecated:
            operation["deprecated"] = True
        if route.accepts is not None:
            schema = self._components.reference(route.accepts, "request")
            content = {"application/json": {"schema": schema}}
            operation["requestBody"] = {"required": route.body_required, "content": content}
        return operation

    def _parameters(self, route: Route) -> list[Document]:
        parameters = []
        if route.query is not None:
            for name, field in route.query.load_fields.items():
                about = {"in": "query", "name": field.data_key or name, "required": field.required}
                parameters.append({**about, "schema": self._components.field(field, "request")})
        if route.listing is not None:
            parameters += self._listing_parameters(route.listing)
        if route.is_safe:
            parameters.append(header("If-None-Match", "Answers 304 if it names what there is."))
        return parameters

    def _listing_parameters(self, listing: Listing) -> list[Document]:
        lenient = {"type": ["integer", "string"]}
        shown = [
            ("page", "The page, from 1; nonsense is the first page.", {**lenient, "default": 1}),
            ("per_page", "Rows a page, up to 100.", {**lenient, "default": listing.per_page}),
            (
                "cursor",
                "A position that an earlier answer gave; empty for the first page by cursor.",
                {"type": "string"},
            ),
        ]
        if listing.sorts:
            one = f"-?({'|'.join(listing.sorts)})"
            pattern = f"^{one}(,{one}){{0,{MOST_SORTS - 1}}}$"
            shown.append(
                (
                    "sort",
                    "The order: columns separated by commas, - for descending.",
                    {"type": "string", "pattern": pattern},
                )
            )
        for name, (condition, field) in listing.readers.items():
            schema = {"type": "string"} if condition.operator == "in" else field_schema(self._converter, field)
            shown.append((name, f"Rows whose {condition.column.key} {WORDS[condition.operator]}.", schema))
        return [{"in": "query", "name": n, "description": d, "required": False, "schema": s} for n, d, s in shown]

    def _responses(self, route: Route) -> Document:
        success: Document = {"description": PHRASES.get(route.status) or HTTPStatus(route.status).phrase}
        if route.status != HTTPStatus.NO_CONTENT:
            success["content"] = {"application/json": {"schema": self._success_schema(route)}}
        if route.is_safe:
            success["headers"] = ETAG
        responses = {str(route.status): success}
        if route.is_safe:
            responses["304"] = {"description": "Not Modified", "headers": ETAG}
        for status in sorted(statuses_of(route)):
            responses[str(status)] = self._error(status)
        return responses

    def _success_schema(self, route: Route) -> Document:
        if route.returns is None:
            return self._components.plain("Envelope", envelope_schema(None)) if route.envelope else {}
        data = self._components.reference(route.returns, "response")
        if route.listing is not None:
            return self._page_envelope(route.returns, data)
        if route.many:
            data = {"type": "array", "items": data}
        if not route.envelope:
            return data
        name = component_name(route.returns, "response") + ("ListEnvelope" if route.many else "Envelope")
        return self._components.plain(name, envelope_schema(data))

    def _page_envelope(self, schema: Schema, item: Document) -> Document:
        pagination = {"type": "object", "properties": PAGINATION, "required": sorted(PAGINATION)}
        page = {
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": item},
                "pagination": self._components.plain("Pagination", pagination),
            },
            "required": ["items", "pagination"],
        }
        return self._components.plain(component_name(schema, "response") + "PageEnvelope", envelope_schema(page))

    def _error(self, status: int) -> Document:
        described: Document = {
            "description": PHRASES.get(status) or HTTPStatus(status).phrase,
            "content": {
                "application/json": {"schema": self._components.plain("Error", ERROR)},
                "application/problem+json": {"schema": self._components.plain("ProblemDetails", PROBLEM_DETAILS)},
            },
        }
        if status in ERROR_HEADERS:
            described["headers"] = ERROR_HEADERS[status]
        return described


WORDS = {
    "eq": "equals it",
    "ne": "differs from it",
    "lt": "is less",
    "lte": "is at most that",
    "gt": "is more",
    "gte": "is at least that",
    "in": "is one of them, separated by commas",
    "contains": "contains it",
    "startswith": "starts with it",
}
ERROR: Document = {
    "type": "object",
    "description": "What was wrong.",
    "properties": {
        "success": {"type": "boolean", "const": False},
        "message": {"type": "string"},
        "details": {"description": "More about it: for 422, the sentences by field."},
    },
    "required": ["message", "success"],
}
PROBLEM_DETAILS: Document = {
    "type": "object",
    "description": "What was wrong, as RFC 9457 has it; for clients that accept application/problem+json.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"description": "More about it: for 422, the sentences by field."},
    },
    "required": ["detail", "status", "title", "type"],
}


def statuses_of(route: Route) -> set[int]:
    """Every status of refusal that a route can answer."""
    statuses = {400, 405, 422, 500, 503, *route.errors}
    if not route.public:
        statuses.add(401)
    if "<" in route.rule or route.listing is not None:
        statuses.add(404)
    if route.accepts is not None:
        statuses |= {413, 415}
    if not route.is_safe:
        # 412 also where no GET shows what is changed: there `If-Match` cannot name anything.
        statuses |= {409, 412}
    if route.deprecated is not None and route.deprecated.gone:
        statuses.add(410)
    return statuses


def header(name: str, description: str) -> Document:
    return {"in": "header", "name": name, "description": description, "required": False, "schema": {"type": "string"}}


def envelope_schema(data: Document | None) -> Document:
    """The success envelope around data, as a JSON schema."""
    properties: dict[str, Any] = {"success": {"type": "boolean", "const": True}, "message": {"type": "string"}}
    if data is not None:
        properties["data"] = data
    return {"type": "object", "properties": properties, "required": sorted(properties)}
