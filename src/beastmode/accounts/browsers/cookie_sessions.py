"""Sessions of browsers: an HttpOnly cookie that no script can read, protected against requests from other sites."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import Flask, Request
from werkzeug.http import dump_cookie

from beastmode.accounts.grants import Grant
from beastmode.accounts.tokens.access import Tokens
from beastmode.core.caller import AccountId
from beastmode.core.clock import now
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.identity import Identity, SecurityScheme

BROWSERS = "beastmode.accounts.browsers"
"""The key in `app.extensions`."""
_CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ENDED = "The session in the cookie has ended; log in again"


@dataclass(frozen=True, slots=True)
class CookieSessions:
    """Authenticates browsers by an HttpOnly cookie, which `POST /auth/session` sets.

    Requests that may change something must also send the CSRF token of the session in `X-CSRF-Token`.

    Args:
        name: The name of the cookie; in production, `__Host-` is put in front of it.
        same_site: When browsers send it with requests from other sites.
    """

    name: str = "auth_session"
    same_site: Literal["Lax", "Strict", "None"] = "Lax"

    def scheme(self, app: Flask) -> SecurityScheme:
        """The scheme in an application.

        Args:
            app: The Flask application.

        Raises:
            ConfigurationError: It has no accounts.
        """
        browsers: Browsers | None = app.extensions.get(BROWSERS)
        if browsers is None:
            raise ConfigurationError("CookieSessions() keep the sessions of accounts; pass accounts= to Beastmode.")
        browsers.cookies = self
        definition = {"type": "apiKey", "in": "cookie", "name": browsers.cookie_name}
        return SecurityScheme("cookie", browsers.authenticate, definition, is_session=True)


@dataclass
class Browsers:
    """Sets, recognizes and clears the cookies of an application.

    Args:
        tokens: Issues and reads what is in the cookie; its kind is not accepted as an access token.
        read_id: Parses a user's ID.
        holds: Whether the session of a cookie is valid, for this request.
        csrf_key: The key of CSRF tokens.
        is_secure: Whether browsers send the cookie over HTTPS only.
        roles: Returns the roles that the cookie contains; None if they are looked up.
        cookies: How the cookie is set.
    """

    tokens: Tokens
    read_id: Callable[[str], AccountId]
    holds: Callable[[Identity, Request], bool]
    csrf_key: bytes = field(repr=False)
    is_secure: bool
    roles: Callable[[AccountId], frozenset[str]] | None
    cookies: CookieSessions = field(default_factory=CookieSessions)

    @property
    def cookie_name(self) -> str:
        """The name of the cookie; with `__Host-`, no other subdomain can set it (RFC 6265bis)."""
        return f"__Host-{self.cookies.name}" if self.is_secure else self.cookies.name

    def authenticate(self, request: Request) -> Identity | None:
        """The user of the session in the cookie; None without a cookie.

        Args:
            request: The request.

        Raises:
            Problem: 401 for a cookie that is not valid, which the response clears; 403 for a request that may change
                something without the CSRF token.
        """
        token = request.cookies.get(self.cookie_name) if "HTTP_COOKIE" in request.environ else None
        if token is None:
            return None
        identity = self._identity_in(token, request)
        if request.method not in _SAFE:
            given = request.headers.get(_CSRF_HEADER, "")
            if not hmac.compare_digest(given.encode(), self.csrf_token(identity.session_id or "").encode()):
                raise Problem(403, f"Send the CSRF token of the session in {_CSRF_HEADER}")
        return identity

    def _identity_in(self, token: str, request: Request) -> Identity:
        try:
            claims = self.tokens.read(token)
            account_id = self.read_id(claims.subject)
        except (Problem, ValueError):
            raise self._ended() from None
        roles = claims.roles if self.roles is not None else None
        identity = Identity("account", account_id, claims.session_id, claims.signed_in_at, roles)
        if not self.holds(identity, request):
            raise self._ended()
        return identity

    def set_cookie(self, grant: Grant) -> str:
        """The `Set-Cookie` header for a new session.

        Args:
            grant: The tokens of the session, which the browser does not get.
        """
        roles = None if self.roles is None else self.roles(grant.user_id)
        token = self.tokens.issue(grant.user_id, grant.session_id, signed_in_at=now(), roles=roles)
        return self._header(str(token), self.tokens.lifetime)

    def clear_cookie(self) -> str:
        """The `Set-Cookie` header that makes the browser forget the session."""
        return self._header("", 0)

    def csrf_token(self, session_id: str) -> str:
        """The CSRF token of a session: a MAC of its ID, so that another session's is not accepted.

        Args:
            session_id: The session's ID.
        """
        mac = hmac.digest(self.csrf_key, session_id.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def _header(self, value: str, seconds: int) -> str:
        options: dict[str, Any] = {"secure": self.is_secure or self.cookies.same_site == "None"}
        return dump_cookie(
            self.cookie_name,
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite=self.cookies.same_site,
            **options,
        )

    def _ended(self) -> Problem:
        """The response to a cookie that is not valid; the browser forgets it, or no public page would ever answer."""
        headers = {"WWW-Authenticate": f'Cookie name="{self.cookie_name}"', "Set-Cookie": self.clear_cookie()}
        return Problem(401, _ENDED, headers=headers)
