"""Authentication: the caller of a route must be known, unless the route is public."""

from flask import Flask
from werkzeug.wrappers import Response

from beastmode.api.route import Route
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import Authenticator, authenticator_of, identify
from beastmode.core.steps import Call, Proceed, Step

_PRIVATE = "private, no-cache"
_NOT_STORED = "no-store"


class Authentication(Step):
    """Requires authentication.

    Args:
        authenticate: Returns the caller, or raises Problem(401).
        caching: The `Cache-Control` of its responses.
    """

    statuses = frozenset({401})

    def __init__(self, authenticate: Authenticator, caching: str) -> None:
        self._authenticate = authenticate
        self._caching = caching

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Identify the caller, and keep the response out of shared caches."""
        identify(self._authenticate(call.request))
        response = proceed(call)
        response.headers.setdefault("Cache-Control", self._caching)
        return response

    @classmethod
    def of(cls, app: Flask, route: Route) -> "Authentication | None":
        """The step of a route; None if the route is public.

        Raises:
            ConfigurationError: The application has no authenticator.
        """
        if route.public:
            return None
        authenticate = authenticator_of(app)
        if authenticate is None:
            raise ConfigurationError(
                f"{route} requires authentication, but no accounts are configured; pass accounts= to Beastmode, or "
                "declare the route public=True."
            )
        # No cache needs the response to a write.
        return cls(authenticate, _PRIVATE if route.is_safe else _NOT_STORED)
