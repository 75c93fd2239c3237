"""What a refused request is answered: the envelope, or RFC 9457 problem details for who asks for them."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from flask.signals import got_request_exception
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.routing import RequestRedirect

from beastmode.api.envelope import JsonResponse
from beastmode.api.json import write_json
from beastmode.core.errors import Problem
from beastmode.db.errors import problem_of

__all__ = ["install_problems", "problem_for", "render"]

log = logging.getLogger("beastmode")
API_PREFIX = "/api/"
PROBLEM_JSON = "application/problem+json"
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
    if wants_problem_details():
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
    return response


def message_of(error: HTTPException, status: int) -> str:
    standard = default_exceptions.get(status)
    said = error.description
    if said is None or (standard is not None and said == standard.description and not isinstance(error, Problem)):
        return MESSAGES.get(status) or HTTPStatus(status).phrase
    return said


def wants_problem_details() -> bool:
    if PROBLEM_JSON not in request.headers.get("Accept", ""):
        return False
    accepted = request.accept_mimetypes
    return accepted[PROBLEM_JSON] > 0 and accepted.best_match([PROBLEM_JSON, "application/json"]) == PROBLEM_JSON


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
    """Answer every error under /api with the envelope, and leave all other pages as they are.

    Not `app.errorhandler`: Flask prefers a handler for the exact code, so that a project's HTML page for 404 would
    answer its API too. A blueprint's own handlers still come first.

    Args:
        app: The Flask application.
    """
    handle_http, handle_other = app.handle_http_exception, app.handle_exception

    def http_exception(error: HTTPException) -> Any:
        if not is_api(request.path) or isinstance(error, RequestRedirect) or has_own_handler(app, error):
            return handle_http(error)
        return render(error)

    def exception(error: Exception) -> Response:
        if not is_api(request.path) or propagates(app):
            return handle_other(error)
        got_request_exception.send(app, _async_wrapper=app.ensure_sync, exception=error)
        problem = problem_for(error)
        if problem is None or (problem.code or 500) >= 500:
            log.error("%s %s failed", request.method, request.path, exc_info=error)
        return app.finalize_request(render(problem or Problem(500, MESSAGES[500])), from_error_handler=True)

    set_method(app, "handle_http_exception", http_exception)
    set_method(app, "handle_exception", exception)


def set_method(app: Flask, name: str, method: Callable[..., Any]) -> None:
    """Put a function in the place of one of the application's own methods, which Flask calls by name."""
    setattr(app, name, method)


def has_own_handler(app: Flask, error: HTTPException) -> bool:
    """Whether the blueprint that answers has its own handler for this error."""
    kinds = type(error).__mro__
    for blueprint in request.blueprints:
        for code in (error.code, None):
            handlers = app.error_handler_spec[blueprint][code]
            if any(kind in handlers for kind in kinds):
                return True
    return False


def propagates(app: Flask) -> bool:
    """Whether an unexpected error should reach the test that caused it; never a browser, debug mode or not."""
    return app.testing and app.config["PROPAGATE_EXCEPTIONS"] is not False
