"""Authentication: the caller of a route must be known, unless the route is public."""

from collections.abc import Sequence

from flask import Flask
from werkzeug.wrappers import Response

from beastmode.api.route import Route
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.identity import identify
from beastmode.core.security_schemes import Authenticator, SecurityScheme, authenticator_for, schemes_for, schemes_of
from beastmode.core.steps import Call, Proceed, Step

_PRIVATE = "private, no-cache"
_NOT_STORED = "no-store"


class Authentication(Step):
    """Requires authentication.

    Args:
        authenticate: Returns the caller, or None if the request has no credential; raises Problem(401) for a wrong one.
        schemes: How callers authenticate, for the OpenAPI document.
        caching: The `Cache-Control` of its responses.
    """

    statuses = frozenset({401})
    is_optional = False

    def __init__(self, authenticate: Authenticator, schemes: Sequence[SecurityScheme], caching: str) -> None:
        self._authenticate = authenticate
        self._caching = caching
        self.schemes = tuple(schemes)

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Identify the caller, and keep the response out of shared caches."""
        identity = self._authenticate(call.request)
        if identity is None:
            raise self._nobody()
        identify(identity)
        response = proceed(call)
        response.headers.setdefault("Cache-Control", self._caching)
        return response

    def _nobody(self) -> Problem:
        """The response to a request without a credential: 401, asking for one (RFC 6750, section 3)."""
        asked = ", ".join(scheme.asks for scheme in self.schemes)
        return Problem(401, "Authentication required", headers={"WWW-Authenticate": asked})

    @classmethod
    def of(cls, app: Flask, route: Route) -> "Authentication | None":
        """The step of a route; None if the route is public.

        Raises:
            ConfigurationError: The application has no authenticator, or not the one that the route names.
        """
        if route.public:
            return None
        try:
            schemes = schemes_for(app, route.authenticators)
        except ConfigurationError as error:
            raise ConfigurationError(f"{route}: {error}") from None
        if not schemes:
            raise ConfigurationError(
                f"{route} requires authentication, but no accounts are configured; pass accounts= to Beastmode, or "
                "declare the route public=True."
            )
        others = [scheme for scheme in schemes_of(app) if scheme not in schemes]
        is_optional = route.sign_in == "optional"
        authenticate = authenticator_for(schemes, others, is_optional=is_optional)
        # No cache needs the response to a write.
        kind = _OptionalAuthentication if is_optional else cls
        return kind(authenticate, schemes, _PRIVATE if route.is_safe else _NOT_STORED)


class _OptionalAuthentication(Authentication):
    """Identifies the caller, if the request has a credential; without one, the caller is anonymous."""

    is_optional = True

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Identify the caller, if there is a credential, and say that the response depends on it."""
        if (identity := self._authenticate(call.request)) is not None:
            identify(identity)
        response = proceed(call)
        response.headers.setdefault("Cache-Control", self._caching)
        response.vary.update(scheme.varies for scheme in self.schemes if scheme.varies)
        return response
