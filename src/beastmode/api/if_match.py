"""`If-Match`: a change is made only if the client has the current representation (RFC 9110, section 13.1.1)."""

from collections.abc import Callable
from typing import TypeAlias

from flask import Flask, Request
from werkzeug.wrappers import Response

from beastmode.api.conditional import require_match
from beastmode.api.route import Route
from beastmode.core.errors import ConfigurationError
from beastmode.core.steps import Call, Proceed, Step
from beastmode.db.preconditions import after_looking
from beastmode.db.session import has_database

Tag: TypeAlias = Callable[[Request, dict[str, object]], str]
"""Takes a request and its path arguments; returns the ETag of the current representation."""


class IfMatch(Step):
    """Compares `If-Match` with the GET on the same path, in the transaction that makes the change.

    Args:
        route: The declaration.
        has_database: Whether there is a transaction to compare in.

    Attributes:
        tag: The ETag of the GET on the same path; None if there is no such GET, so nothing can match.
    """

    statuses = frozenset({412})

    def __init__(self, route: Route, *, has_database: bool) -> None:
        self._route = route
        self._has_database = has_database
        self.tag: Tag | None = None

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Proceed if the ETags match, or if the client sent no `If-Match`.

        Raises:
            Problem: 412 if they do not match.
        """
        if "HTTP_IF_MATCH" not in call.request.environ:
            return proceed(call)

        def look() -> None:
            require_match(call.request, None if self.tag is None else self.tag(call.request, call.path))

        if self._has_database:
            return after_looking(look, lambda: proceed(call))
        look()
        return proceed(call)

    def compare_with(self, source: Route, tag: Tag) -> None:
        """Compare with the representation of a GET.

        Args:
            source: The declaration of the GET on the same path.
            tag: The ETag of its current representation.

        Raises:
            ConfigurationError: Anyone could test ETags against a resource that requires authentication.
        """
        if self._route.public and not source.public:
            raise ConfigurationError(
                f"{self._route} is public, and with If-Match it would run {source} without authentication, "
                "although that route requires it; declare both public=True, or neither."
            )
        missing = set(source.permission or ()) - set(self._route.permission or ())
        if missing or (self._route.sign_in == "optional" and not _is_for_anyone(source)):
            raise ConfigurationError(
                f"With If-Match, {self._route} would run {source} for callers who may not call that route; require "
                "the same of the callers of both."
            )
        self.tag = tag

    @classmethod
    def of(cls, app: Flask, route: Route) -> "IfMatch | None":
        """The step of a route; None if it changes nothing."""
        return None if route.is_safe else cls(route, has_database=has_database(app))


def _is_for_anyone(route: Route) -> bool:
    """Whether a route answers callers who are not logged in."""
    return route.public or route.sign_in == "optional"
