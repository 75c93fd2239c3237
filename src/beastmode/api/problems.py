"""What a refused request is answered: the envelope, or RFC 9457 problem details for who asks for them."""

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

__all__ = ["install_problems", "problem_for", "render"]

API_PREFIX = "/api/"
PROBLEM_JSON = "application/problem+json"
LONGEST_ACCEPT = 8192
"""Characters that are read of an Accept header, the size at which servers refuse a header."""
WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
MOST_PROBLEMS = 100
"""More than anybody fixes before trying again; a body of a megabyte can have half a million."""
OF_THE_BODY = {"content-type", "content-length"}
MESSAGES = {404: "Resource not found", 500: "Internal server error"}


def render(error: HTTPException) -> Response:
    """The answer that tells a client what was wrong.

    Args:
        error: A Problem, or any of werkzeug's HTTP errors.
    """
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # abort(response): the view's own answer
    status = error.code or 500
    details = getattr(error, "details", None)
    message = message_of(error, status)
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and details:
        details, count = first_of(details, MOST_PROBLEMS)
        message += f"; the first {MOST_PROBLEMS} of {count} problems are listed" if count > MOST_PROBLEMS else ""
    if wants_problem_details(request.headers.get("Accept", "")):
        body = problem_details(status, message, details)
        kind = PROBLEM_JSON
    else:
        body = {"success": False, "message": message} | ({"details": details} if details else {})
        kind = "application/json"
    response = JsonResponse(write_json(body), status, mimetype=kind)
    for name, value in error.get_headers(request.environ):
        if name.lower() not in OF_THE_BODY:
            response.headers.add(name, value)
    response.vary.add("Accept")
    # A 404 or 410 may be cached where nothing is said (RFC 9111, section 4.2.2); its details may be somebody's.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def first_of(details: Any, most: int) -> tuple[Any, int]:
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


def message_of(error: HTTPException, status: int) -> str:
    standard = default_exceptions.get(status)
    said = error.description
    if said is None or (standard is not None and said == standard.description and not isinstance(error, Problem)):
        return MESSAGES.get(status) or HTTPStatus(status).phrase
    return said


def wants_problem_details(accept: str) -> bool:
    """Whether an Accept header names problem details and likes nothing of ours better (RFC 9110, section 12.5.1).

    Not werkzeug's `accept_mimetypes`: its time grows with the square of the spaces in the header.

    Args:
        accept: The header.
    """
    if PROBLEM_JSON not in accept[:LONGEST_ACCEPT].lower():
        return False
    wanted: dict[str, float] = {}
    for part in accept[:LONGEST_ACCEPT].lower().split(","):
        kind, *parameters = part.split(";")
        wanted.setdefault(kind.strip(), quality_of(parameters))
    plain = next((wanted[kind] for kind in ("application/json", "application/*", "*/*") if kind in wanted), 0.0)
    return wanted.get(PROBLEM_JSON, 0.0) > 0 and wanted[PROBLEM_JSON] >= plain


def quality_of(parameters: list[str]) -> float:
    """The weight among a media range's parameters: 1 where there is none, 0 where it is not a weight."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if WEIGHT.fullmatch(value.strip()) else 0.0
    return 1.0


def problem_details(status: int, message: str, details: Any) -> dict[str, Any]:
    """The body of a problem response (RFC 9457, section 3)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": message}
    return body | ({"errors": details} if details else {})


def problem_for(error: Exception) -> HTTPException | None:
    """What an error that a view let through means for the client; None for one that nobody expected."""
    if isinstance(error, HTTPException):
        return error
    if isinstance(error, ValidationError):
        details = error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}
        return Problem(422, "Validation failed", details=details)
    return problem_of(error)


def is_api(path: str) -> bool:
    """Whether the envelope holds for a path."""
    return path.startswith(API_PREFIX) or path == API_PREFIX.rstrip("/")


def install_problems(app: Flask) -> None:
    """Answer errors under /api with the envelope, and leave all other pages as they are.

    The project's own error handlers come first. An HTML page that one of the application's gives is for its pages,
    though: under /api, clients were promised the envelope. A blueprint's own handlers may answer as they like.

    Args:
        app: The Flask application.
    """
    app.extensions["beastmode.problems"] = True
    handle_http, handle_other = app.handle_http_exception, app.handle_exception

    def http_exception(error: HTTPException) -> Any:
        if error.code == HTTPStatus.SERVICE_UNAVAILABLE:
            current_exchange().cause = cause_of(error)
        if not is_api(request.path) or isinstance(error, RequestRedirect):
            return handle_http(error)
        return own_answer(app, error) or render(error)

    def exception(error: Exception) -> Response:
        if not is_api(request.path) or propagates(app):
            return handle_other(error)
        got_request_exception.send(app, _async_wrapper=app.ensure_sync, exception=error)
        problem = problem_for(error)
        if problem is not None and problem.code == HTTPStatus.SERVICE_UNAVAILABLE:
            current_exchange().cause = cause_of(error)
        elif problem is None or (problem.code or 500) >= 500:
            # As Flask does it, so that whoever is mailed by a handler of `app.logger` goes on hearing of it.
            app.log_exception(sys.exc_info())
        own = own_answer(app, problem or InternalServerError(original_exception=error))
        return app.finalize_request(
            own or render(problem or Problem(500, MESSAGES[500])),
            from_error_handler=True,
        )

    set_method(app, "handle_http_exception", http_exception)
    set_method(app, "handle_exception", exception)


def set_method(app: Flask, name: str, method: Callable[..., Any]) -> None:
    """Put a function in the place of one of the application's own methods, which Flask calls by name."""
    setattr(app, name, method)


def own_answer(app: Flask, error: HTTPException) -> Response | None:
    """What the project's own error handler answers; None where it has none, or where it answers with a page.

    Args:
        app: The Flask application.
        error: What went wrong; an unexpected one as Flask gives it to handlers.
    """
    if error.response is not None:
        return None
    for blueprint, handler in own_handlers(app, error):
        answer = app.make_response(app.ensure_sync(handler)(error))
        return None if blueprint is None and is_page(answer) else answer
    return None


def own_handlers(app: Flask, error: HTTPException) -> Iterator[tuple[str | None, Callable[..., Any]]]:
    """The project's handlers for an error with their blueprints, in the order in which Flask looks for one."""
    # A Problem has its status on the instance, where Flask, which knows classes, would not see it.
    standard = default_exceptions.get(error.code or 500, HTTPException)
    kinds = dict.fromkeys((*type(error).__mro__[:-1], *standard.__mro__))
    for code in (error.code, None):
        for blueprint in (*request.blueprints, None):
            handlers = app.error_handler_spec[blueprint][code]
            yield from ((blueprint, handlers[kind]) for kind in kinds if kind in handlers)


def is_page(answer: Response) -> bool:
    """Whether an answer is an HTML document, rather than a text that was given no type."""
    return answer.mimetype == "text/html" and answer.is_sequence and answer.get_data().lstrip().startswith(b"<")


def propagates(app: Flask) -> bool:
    """Whether an unexpected error should reach the test that caused it; never a browser, debug mode or not."""
    return app.testing and app.config["PROPAGATE_EXCEPTIONS"] is not False
