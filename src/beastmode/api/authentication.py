"""Authentication: the caller of a route must be known, unless the route is public."""

from collections.abc import Sequence

from flask import Flask
from werkzeug.wrappers import Response

from beastmode.api.route import Route
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.identity import Identity, identify
from beastmode.core.permissions import READ, WRITE
from beastmode.core.security_schemes import Authenticator, SecurityScheme, authenticator_for, schemes_for, schemes_of
from beastmode.core.steps import Call, Proceed, Step

_PRIVATE = "private, no-cache"
_NOT_STORED = "no-store"


class Authentication(Step):
    """Requires authentication.

    Args:
        authenticate: Returns the caller, or None if the request has no credential; raises Problem(401) for a wrong one.
        schemes: How callers authenticate, for the OpenAPI document.
        route: The declaration.
    """

    is_optional = False

    def __init__(self, authenticate: Authenticator, schemes: Sequence[SecurityScheme], route: Route) -> None:
        self._authenticate = authenticate
        # No cache needs the response to a write.
        self._caching = _PRIVATE if route.is_safe else _NOT_STORED
        # With named permissions, the scopes must include those.
        is_named = any(isinstance(each, str) for each in route.permission or ())
        self._scope = None if is_named else READ if route.is_safe else WRITE
        self.schemes = tuple(schemes)
        has_scopes = self._scope is not None and any(scheme.has_scopes for scheme in schemes)
        # A request that may change something must prove that it does not come from another site.
        is_forgeable = not route.is_safe and any(scheme.definition.get("in") == "cookie" for scheme in schemes)
        self.statuses = frozenset({401, 403} if has_scopes or is_forgeable else {401})

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Identify the caller, and keep the response out of shared caches."""
        identity = self._authenticate(call.request)
        if identity is None:
            raise self._nobody()
        identify(identity)
        if identity.scopes is not None:
            self._refuse_beyond(identity)
        response = proceed(call)
        response.headers.setdefault("Cache-Control", self._caching)
        return response

    def _refuse_beyond(self, caller: Identity) -> None:
        """Refuse a credential whose scopes do not include what the route does; permissions are checked by name later.

        Raises:
            Problem: 403.
        """
        if self._scope is not None and self._scope not in (caller.scopes or ()):
            raise Problem(403, f"This requires the scope {self._scope}")

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
        kind = _OptionalAuthentication if is_optional else cls
        return kind(authenticate, schemes, route)


class _OptionalAuthentication(Authentication):
    """Identifies the caller, if the request has a credential; without one, the caller is anonymous."""

    is_optional = True

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Identify the caller, if there is a credential, and say that the response depends on it."""
        if (identity := self._authenticate(call.request)) is not None:
            identify(identity)
            if identity.scopes is not None:
                self._refuse_beyond(identity)
        response = proceed(call)
        response.headers.setdefault("Cache-Control", self._caching)
        response.vary.update(scheme.varies for scheme in self.schemes if scheme.varies)
        return response
