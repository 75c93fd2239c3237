"""The exceptions that beastmode raises.

BeastmodeError
├── SettingsError          a setting is missing or wrong; the message lists every problem at once
├── ConfigurationError     the application is configured wrongly; raised at startup if possible
├── Degraded               a readiness check found something wrong, but the process can serve
├── FetchFailed            another server sent no complete response
├── FetchRefused           a URL leads to where nothing may be fetched from
├── LazyLoadError          a response needed a relationship or column that the query did not load
└── UncommittedError       a view ended with uncommitted changes

Problem (an HTTPException)  an error response: status, message, details, headers
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from click import ClickException
from werkzeug.exceptions import HTTPException

__all__ = [
    "BeastmodeError",
    "ConfigurationError",
    "Degraded",
    "FetchFailed",
    "FetchRefused",
    "LazyLoadError",
    "Problem",
    "SettingsError",
    "UncommittedError",
]


class BeastmodeError(Exception):
    """The base class of beastmode's exceptions, except HTTP errors."""


class SettingsError(BeastmodeError, ClickException):
    """One or more settings are missing or wrong; a `flask` command prints only the message.

    Args:
        problems: One sentence per problem: which setting, what was found, what is expected.
        environment: Why the rules of production apply, if they do; comes first in the message.
    """

    def __init__(self, problems: list[str], environment: str = "") -> None:
        self.problems = problems
        self.environment = environment
        said = f"{environment} Invalid settings:".lstrip()
        one_line = f"{said} {problems[0]}" if len(problems) == 1 else ""
        super().__init__(one_line or "\n".join([said, *(f"  - {problem}" for problem in problems)]))


class ConfigurationError(BeastmodeError):
    """The application is configured wrongly; raised at startup if possible, otherwise on first use."""


class Degraded(BeastmodeError):  # noqa: N818 - a state, not an error of the caller
    """Raise in a readiness check: something is wrong, but this process can serve, so it stays in the load balancer."""


class FetchFailed(BeastmodeError):  # noqa: N818 - what has happened, not whose error it is
    """Another server sent no complete response within the limits; a later attempt may succeed."""


class FetchRefused(BeastmodeError):  # noqa: N818 - likewise
    """A URL leads to where nothing may be fetched from, such as a private address; another attempt is refused too."""


class LazyLoadError(BeastmodeError):
    """A response needed a relationship or a column that its query did not load: an N+1 query."""


class UncommittedError(BeastmodeError):
    """A view ended with uncommitted changes: its response would describe what is not stored."""


class Problem(HTTPException):
    """An error response, in the envelope or as RFC 9457 problem details.

    Args:
        status: HTTP status code, 400 to 599.
        message: One sentence for the client. Never a secret, a traceback or SQL.
        details: JSON data that helps to fix the request, usually `{field: [message, ...]}`.
        headers: Extra response headers, such as `Retry-After`.
    """

    def __init__(
        self,
        status: int,
        message: str | None = None,
        *,
        details: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message or HTTPStatus(status).phrase)
        self.code = status
        self.details = details
        self.headers = dict(headers or {})

    def get_headers(self, environ: Any = None, scope: Any = None) -> list[tuple[str, str]]:
        """The headers of the response, including those of this problem."""
        return [*super().get_headers(environ, scope), *self.headers.items()]
