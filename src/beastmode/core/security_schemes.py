"""How callers authenticate: an ordered list of security schemes, of an application or of a route."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

from flask import Flask, Request

from beastmode.core.callables import name_of, refuse_deferred
from beastmode.core.caller import Identity
from beastmode.core.errors import ConfigurationError, Problem

__all__ = ["Authenticator", "MakesScheme", "SecurityScheme", "scheme_of", "schemes_of", "set_authenticators"]

Authenticator: TypeAlias = Callable[[Request], Identity | None]
"""Takes a request and returns its caller: None if the request has no such credential. Raises Problem(401) if it is
wrong."""

BEARER: Mapping[str, Any] = MappingProxyType({"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
"""The security scheme of access tokens, in the words of OpenAPI."""
SESSIONS = "sessions"
"""In the list of a route: every scheme of the application whose callers have logged in themselves."""
_DECLARED = "beastmode.authenticators"
_MADE = "beastmode.security_schemes"


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """One way to authenticate, and its description in the OpenAPI documents.

    Args:
        name: Its name in the documents, such as "partner".
        authenticate: Takes the request and returns its caller; None if the request has no credential of this kind.
            Raises Problem(401) if it has one that is not valid.
        definition: Its Security Scheme Object in OpenAPI, such as
            `{"type": "apiKey", "in": "header", "name": "X-Partner"}`. It says which header the scheme reads.
        challenge: The `WWW-Authenticate` of responses to requests without a credential; derived from the definition
            by default.
        is_session: Whether its callers have logged in themselves, so that they may manage their account.
        has_scopes: Whether its credentials may be limited to scopes.
    """

    name: str
    authenticate: Authenticator = field(repr=False)
    definition: Mapping[str, Any]
    challenge: str = ""
    is_session: bool = False
    has_scopes: bool = False

    def __post_init__(self) -> None:
        """Refuse what could not authenticate, or not be described.

        Raises:
            ConfigurationError: The function is `async def`, or the definition is not one of OpenAPI.
        """
        where = f"SecurityScheme({self.name!r})"
        instead = "Write an ordinary function that returns an Identity, or None."
        refuse_deferred(self.authenticate, where, instead, ConfigurationError)
        kind, given = self.definition.get("type"), self.definition
        is_known = (kind == "apiKey" and {"in", "name"} <= given.keys()) or (kind == "http" and "scheme" in given)
        if not is_known and kind not in {"oauth2", "openIdConnect", "mutualTLS"}:
            raise ConfigurationError(
                f"{where}: the definition is {dict(given)!r}; expected a Security Scheme Object of OpenAPI, such as "
                '{"type": "apiKey", "in": "header", "name": "X-Partner"}.'
            )

    @property
    def asks(self) -> str:
        """The challenge to a request without a credential (RFC 9110, section 11.6.1)."""
        if self.challenge:
            return self.challenge
        if self.definition["type"] == "apiKey":
            return f'ApiKey {self.definition["in"]}="{self.definition["name"]}"'
        return str(self.definition.get("scheme", "Bearer")).title()

    @property
    def authorization(self) -> str | None:
        """The scheme of `Authorization` that it reads, in lowercase; None if it reads another header."""
        kind = self.definition["type"]
        if kind == "http":
            return str(self.definition["scheme"]).lower()
        return "bearer" if kind in {"oauth2", "openIdConnect"} else None

    @property
    def header(self) -> str | None:
        """The header other than `Authorization` and `Cookie` that it reads, as WSGI calls it; None if it reads none."""
        given = self.definition
        if given["type"] != "apiKey" or given["in"] != "header":
            return None
        return f"HTTP_{given['name'].upper().replace('-', '_')}"

    @property
    def varies(self) -> str | None:
        """The header whose value decides who calls, for `Vary`."""
        if self.authorization is not None:
            return "Authorization"
        return {"header": self.definition.get("name"), "cookie": "Cookie"}.get(self.definition.get("in", ""))


class MakesScheme(Protocol):
    """A way to authenticate that needs to know the application, such as `beastmode.accounts.Bearer()`."""

    def scheme(self, app: Flask) -> SecurityScheme:
        """The scheme in an application."""


Given: TypeAlias = SecurityScheme | MakesScheme | Authenticator | str


def set_authenticators(app: Flask, authenticators: Sequence[Given]) -> None:
    """Set how callers of an application authenticate, before `Beastmode(app, api=...)` builds the routes.

    Args:
        app: The Flask application.
        authenticators: In order: if a request has several credentials of one caller, the first one counts.

    Raises:
        ConfigurationError: The routes have been built already, or one of them is `async def`.
    """
    if _MADE in app.extensions:
        raise ConfigurationError(
            "set_authenticators(): the routes have already been built; call it before Beastmode(app, api=...), or "
            "write Beastmode(app, authenticators=[...])."
        )
    instead = "Write an ordinary function that returns an Identity."
    for each in authenticators:
        if not isinstance(each, SecurityScheme | str) and not hasattr(each, "scheme"):
            refuse_deferred(each, "set_authenticator()", instead, ConfigurationError)
    app.extensions[_DECLARED] = tuple(authenticators)


def declared_in(app: Flask) -> tuple[Given, ...]:
    """What was set as the authenticators of an application; () if nothing was."""
    declared: tuple[Given, ...] = app.extensions.get(_DECLARED, ())
    return declared


def schemes_of(app: Flask) -> tuple[SecurityScheme, ...]:
    """The security schemes of an application, in order; from now on they cannot be set.

    Args:
        app: The Flask application.

    Raises:
        ConfigurationError: Two of them have the same name, or one cannot be described.
    """
    if _MADE not in app.extensions:
        declared = declared_in(app)
        made = tuple(scheme_of(app, each, is_only=len(declared) == 1) for each in declared)
        _refuse_doubles(made)
        app.extensions[_MADE] = made
    schemes: tuple[SecurityScheme, ...] = app.extensions[_MADE]
    return schemes


def schemes_for(app: Flask, given: Sequence[Given] | None) -> tuple[SecurityScheme, ...]:
    """The security schemes of a route, in order.

    Args:
        app: The Flask application.
        given: The authenticators of the route; names stand for those of the application, and None for all of them.

    Raises:
        ConfigurationError: The application has no scheme of that name, or one cannot be described.
    """
    own = schemes_of(app)
    if given is None:
        return own
    named = {scheme.name: scheme for scheme in own}
    found: list[SecurityScheme] = []
    for each in given:
        if each == SESSIONS:
            # Where none is, the authenticators of the project decide.
            found += [scheme for scheme in own if scheme.is_session] or own
        elif isinstance(each, str):
            if each not in named:
                known = ", ".join(named) or "none"
                raise ConfigurationError(f"authenticators= names {each!r}; the application has: {known}.")
            found.append(named[each])
        else:
            found.append(scheme_of(app, each))
    _refuse_doubles(found)
    return tuple(found)


def scheme_of(app: Flask, given: Any, *, is_only: bool = False) -> SecurityScheme:
    """What was given as an authenticator, as a security scheme.

    Args:
        app: The Flask application.
        given: A scheme, what makes one, or a function.
        is_only: Whether it is the only one, so that a function counts as one that reads a bearer token.

    Raises:
        ConfigurationError: It is something else, or a function that does not say which header it reads.
    """
    if isinstance(given, SecurityScheme):
        return given
    if callable(make := getattr(given, "scheme", None)):
        made: SecurityScheme = make(app)
        return made
    if callable(given) and is_only:
        return SecurityScheme("bearer", given, BEARER, is_session=True)
    name = name_of(given)
    raise ConfigurationError(
        f"authenticators= has {name}, which does not say what it reads. For the OpenAPI document, write "
        f'SecurityScheme("{name}", {name}, {{"type": "apiKey", "in": "header", "name": "X-..."}}).'
    )


def _refuse_doubles(schemes: Iterable[SecurityScheme]) -> None:
    names = [scheme.name for scheme in schemes]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigurationError(f"Two authenticators are called {', '.join(doubled)}; give each its own name.")


def authenticator_for(
    schemes: Sequence[SecurityScheme], others: Iterable[SecurityScheme] = (), *, is_optional: bool = False
) -> Authenticator:
    """One function that authenticates by any of these schemes and ignores no credential.

    It returns None if the request has no credential, and raises Problem(401) for one that is not valid or not accepted,
    even if another one is valid.

    Args:
        schemes: In order; the first one that knows the caller counts.
        others: The other schemes of the application, whose credentials are refused. Cookies are not: a browser sends
            them with every request.
        is_optional: Whether requests without a credential are answered.
    """
    refused = sorted({other.header for other in others if other.header} - {scheme.header for scheme in schemes})
    # The only one that reads `Authorization` refuses what is not its own by finding no caller.
    if len(schemes) == 1 and schemes[0].authorization is not None and not refused and not is_optional:
        return schemes[0].authenticate
    accepted = {scheme.authorization for scheme in schemes}
    asked = ", ".join(scheme.asks for scheme in schemes)

    def authenticate(request: Request) -> Identity | None:
        found = _caller_by(schemes, request, asked)
        environ = request.environ
        if "HTTP_AUTHORIZATION" in environ and environ["HTTP_AUTHORIZATION"].partition(" ")[0].lower() not in accepted:
            raise _not_accepted("Authorization", asked)
        for header in refused:
            if header in environ:
                raise _not_accepted(header.removeprefix("HTTP_").replace("_", "-").title(), asked)
        return found

    return authenticate


def _caller_by(schemes: Iterable[SecurityScheme], request: Request, asked: str) -> Identity | None:
    """The caller by the first scheme that knows one; every scheme is asked, as each may refuse its credential."""
    found: Identity | None = None
    for scheme in schemes:
        identity = scheme.authenticate(request)
        if identity is None:
            continue
        if found is None:
            found = identity
        elif found.key != identity.key:
            raise Problem(401, "The credentials belong to different callers", headers={"WWW-Authenticate": asked})
    return found


def _not_accepted(header: str, asked: str) -> Problem:
    """The response to a credential that the route does not accept: 401, as it would otherwise be ignored.

    Args:
        header: The header with the credential.
        asked: The challenge.
    """
    return Problem(401, f"The credential in {header} is not accepted here", headers={"WWW-Authenticate": asked})
