"""Error responses: in the envelope, or as RFC 9457 problem details for clients that accept them."""

import re
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from flask.signals import got_request_exception
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, InternalServerError, default_exceptions
from werkzeug.routing import RequestRedirect

from beastmode.api.envelope import JsonResponse
from beastmode.api.json import write_json
from beastmode.core.errors import Problem
from beastmode.core.exchange import current_exchange
from beastmode.core.telling import cause_of
from beastmode.db.errors import problem_of

_API_PREFIX = "/api/"
_PROBLEM_JSON = "application/problem+json"
_LONGEST_ACCEPT = 8192
"""The number of characters of an Accept header that are read; servers refuse larger headers."""
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_MOST_PROBLEMS = 100
"""More than anyone fixes before trying again; a body of a megabyte can have half a million."""
_OF_THE_BODY = {"content-type", "content-length"}
_MESSAGES = {404: "Resource not found", 500: "Internal server error"}


def _render(error: HTTPException) -> Response:
    """The response that tells a client what was wrong.

    Args:
        error: A Problem, or any HTTP exception of werkzeug.
    """
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # abort(response): the view's own answer
    status = error.code or 500
    details = getattr(error, "details", None)
    message = _message_of(error, status)
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and details:
        details, count = _first_of(details, _MOST_PROBLEMS)
        message += f"; the first {_MOST_PROBLEMS} of {count} problems are listed" if count > _MOST_PROBLEMS else ""
    if _wants_problem_details(request.headers.get("Accept", "")):
        body = _problem_details(status, message, details)
        kind = _PROBLEM_JSON
    else:
        body = {"success": False, "message": message} | ({"details": details} if details else {})
        kind = "application/json"
    response = JsonResponse(write_json(body), status, mimetype=kind)
    for name, value in error.get_headers(request.environ):
        if name.lower() not in _OF_THE_BODY:
            response.headers.add(name, value)
    response.vary.add("Accept")
    # By default a 404 or 410 may be cached (RFC 9111, section 4.2.2), but its details may be private.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _first_of(details: Any, most: int) -> tuple[Any, int]:
    """Details with the first messages only, and how many there were.

    Args:
        details: Messages by field, in lists and dicts.
        most: How many messages to keep.
    """
    count = 0

    def take(value: Any) -> Any:
        nonlocal count
        if isinstance(value, dict):
            return {name: part for name, each in value.items() for had, part in [(count, take(each))] if had < most}
        if isinstance(value, list):
            return [part for each in value for had, part in [(count, take(each))] if had < most]
        count += 1
        return value

    return take(details), count


def _message_of(error: HTTPException, status: int) -> str:
    standard = default_exceptions.get(status)
    said = error.description
    if said is None or (standard is not None and said == standard.description and not isinstance(error, Problem)):
        return _MESSAGES.get(status) or HTTPStatus(status).phrase
    return said


def _wants_problem_details(accept: str) -> bool:
    """Whether an Accept header includes problem details, and does not prefer JSON (RFC 9110, section 12.5.1).

    Not werkzeug's `accept_mimetypes`, whose time is quadratic in the number of spaces in the header.

    Args:
        accept: The header.
    """
    if _PROBLEM_JSON not in accept[:_LONGEST_ACCEPT].lower():
        return False
    wanted: dict[str, float] = {}
    for part in accept[:_LONGEST_ACCEPT].lower().split(","):
        kind, *parameters = part.split(";")
        wanted.setdefault(kind.strip(), _quality_of(parameters))
    plain = next((wanted[kind] for kind in ("application/json", "application/*", "*/*") if kind in wanted), 0.0)
    return wanted.get(_PROBLEM_JSON, 0.0) > 0 and wanted[_PROBLEM_JSON] >= plain


def _quality_of(parameters: list[str]) -> float:
    """The weight of a media range: 1 if there is none, 0 if it is invalid."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if _WEIGHT.fullmatch(value.strip()) else 0.0
    return 1.0


def _problem_details(status: int, message: str, details: Any) -> dict[str, Any]:
    """The body of a problem response (RFC 9457, section 3)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": message}
    return body | ({"errors": details} if details else {})


def problem_for(error: Exception) -> HTTPException | None:
    """The response to an exception of a view; None if it is unexpected."""
    if isinstance(error, HTTPException):
        return error
    if isinstance(error, ValidationError):
        details = error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}
        return Problem(422, "Validation failed", details=details)
    return problem_of(error)


def _is_api(path: str) -> bool:
    """Whether errors of a path are returned in the envelope."""
    return path.startswith(_API_PREFIX) or path == _API_PREFIX.rstrip("/")


def install_problems(app: Flask) -> None:
    """Return errors under /api in the envelope, and leave all other pages as they are.

    The project's own error handlers take precedence. An HTML page from a handler of the application is not used under
    /api, because clients expect the envelope. A blueprint's own handlers may return anything.

    Args:
        app: The Flask application.
    """
    app.extensions["beastmode.problems"] = True
    handle_http, handle_other = app.handle_http_exception, app.handle_exception

    def http_exception(error: HTTPException) -> Any:
        if error.code == HTTPStatus.SERVICE_UNAVAILABLE:
            current_exchange().cause = cause_of(error)
        if not _is_api(request.path) or isinstance(error, RequestRedirect):
            return handle_http(error)
        return _own_answer(app, error) or _render(error)

    def exception(error: Exception) -> Response:
        if not _is_api(request.path) or _propagates(app):
            return handle_other(error)
        got_request_exception.send(app, _async_wrapper=app.ensure_sync, exception=error)
        problem = problem_for(error)
        if problem is not None and problem.code == HTTPStatus.SERVICE_UNAVAILABLE:
            current_exchange().cause = cause_of(error)
        elif problem is None or (problem.code or 500) >= 500:
            # Like Flask, so that handlers of `app.logger`, such as email to admins, still receive it.
            app.log_exception(sys.exc_info())
        own = _own_answer(app, problem or InternalServerError(original_exception=error))
        return app.finalize_request(
            own or _render(problem or Problem(500, _MESSAGES[500])),
            from_error_handler=True,
        )

    _set_method(app, "handle_http_exception", http_exception)
    _set_method(app, "handle_exception", exception)


def _set_method(app: Flask, name: str, method: Callable[..., Any]) -> None:
    """Replace a method of the application, which Flask calls by name."""
    setattr(app, name, method)


def _own_answer(app: Flask, error: HTTPException) -> Response | None:
    """The response of the project's own error handler; None if there is none, or if it returns a page.

    Args:
        app: The Flask application.
        error: The exception; an unexpected one as Flask passes it to handlers.
    """
    if error.response is not None:
        return None
    for blueprint, handler in _own_handlers(app, error):
        answer = app.make_response(app.ensure_sync(handler)(error))
        return None if blueprint is None and _is_page(answer) else answer
    return None


def _own_handlers(app: Flask, error: HTTPException) -> Iterator[tuple[str | None, Callable[..., Any]]]:
    """The project's handlers for an error with their blueprints, in Flask's order."""
    # A Problem has its status on the instance, but Flask looks for it on the class.
    standard = default_exceptions.get(error.code or 500, HTTPException)
    kinds = dict.fromkeys((*type(error).__mro__[:-1], *standard.__mro__))
    for code in (error.code, None):
        for blueprint in (*request.blueprints, None):
            handlers = app.error_handler_spec[blueprint][code]
            yield from ((blueprint, handlers[kind]) for kind in kinds if kind in handlers)


def _is_page(answer: Response) -> bool:
    """Whether a response is an HTML document, rather than a string without a media type."""
    return answer.mimetype == "text/html" and answer.is_sequence and answer.get_data().lstrip().startswith(b"<")


def _propagates(app: Flask) -> bool:
    """Whether an unexpected error should reach the test that caused it; never a browser, even in debug mode."""
    return app.testing and app.config["PROPAGATE_EXCEPTIONS"] is not False
