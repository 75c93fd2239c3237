"""Access tokens: JWTs as RFC 9068 profiles them, signed with HS256, short-lived, and not stored.

The key is the project's secret itself, so another service of the same project can verify a token with any JWT library.
Refresh tokens use a key derived from it (`keys.py`), so neither kind is accepted as the other.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt

from beastmode.accounts.settings import AccountSettings
from beastmode.accounts.tokens.keys import key_id
from beastmode.accounts.words import current_word
from beastmode.core.clock import now
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.secrets import SecretBytes, SecretText

_ALGORITHM = "HS256"
_KIND = "at+jwt"
_LONGEST = 4096
_LEEWAY_SECONDS = 5
_REQUIRED = ("iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "auth_time")
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
# HMAC pads a key to its block size with zeros (RFC 2104), so a padded key gives the same signature. PyJWT would warn
# about a short key at every request; Settings refuse it in production, and `doctor` reports it.
_PADDED_KEY_BYTES = 32
# The times are compared with our own clock, which a test can move; PyJWT knows only the system clock.
_CHECKS: Any = {
    "require": list(_REQUIRED),
    "strict_aud": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


@dataclass(frozen=True, slots=True)
class Claims:
    """The contents of a valid access token.

    Attributes:
        subject: The user's ID, as a string.
        session_id: The session it belongs to.
        expires_at: When it expires, in seconds since 1970.
        signed_in_at: When the session was opened, likewise; 0 if that is not known.
        roles: The roles of the user; None if the token does not say them.
    """

    subject: str
    session_id: str
    expires_at: int
    signed_in_at: int
    roles: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """Issues access tokens and verifies them.

    Args:
        keys: Keys by key ID. The first one signs, and each verifies.
        issuer: The `iss` claim.
        audience: The `aud` claim.
        lifetime: The lifetime of a token in seconds.
        kind: The `typ` of its tokens; those of another kind are refused.
    """

    keys: Mapping[str, bytes] = field(repr=False)
    issuer: str
    audience: str
    lifetime: int
    kind: str = _KIND

    def issue(
        self,
        subject: object,
        session_id: str,
        *,
        signed_in_at: datetime | None = None,
        roles: Iterable[str] | None = None,
    ) -> str:
        """A token for this user and session, valid from now.

        Args:
            subject: The user's ID; a string in the token, as RFC 7519 requires.
            session_id: The session that the token belongs to.
            signed_in_at: When the session was opened; the claim `auth_time`.
            roles: The roles of the user; None for no such claim.
        """
        kid, key = next(iter(self.keys.items()))
        issued_at = int(now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(subject),
            "sid": session_id,
            "jti": secrets.token_urlsafe(16),
            "iat": issued_at,
            "nbf": issued_at,
            "exp": issued_at + self.lifetime,
            # A log-in at an unknown time is never a recent one.
            "auth_time": 0 if signed_in_at is None else int(signed_in_at.timestamp()),
        }
        if roles is not None:
            claims["roles"] = sorted(roles)
        return SecretText(jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"typ": self.kind, "kid": kid}))

    def read(self, token: str) -> Claims:
        """The contents of a token, after its signature, type, claims and times have been verified.

        Args:
            token: The token from the request, of any length and content.

        Raises:
            Problem: 401 with `WWW-Authenticate: Bearer error="invalid_token"` (RFC 6750), whatever is wrong with it.
        """
        if len(token) > _LONGEST or _COMPACT.fullmatch(token) is None:
            raise invalid_token()
        try:
            header = jwt.get_unverified_header(token)
            key = self.keys[header["kid"]]
            claims = jwt.decode(
                token, key, algorithms=[_ALGORITHM], audience=self.audience, issuer=self.issuer, options=_CHECKS
            )
        except (jwt.PyJWTError, KeyError, RecursionError):  # the last: JSON that nests without end, before PyJWT 2.14
            # From None: a traceback in a log would contain parts of the token.
            raise invalid_token() from None
        # Extensions named in `crit` must be understood (RFC 7515, 4.1.11), and none is; PyJWT checks it since 2.12.
        if header.get("typ") != self.kind or "crit" in header or not isinstance(claims["sid"], str):
            raise invalid_token()
        _check_times(claims)
        return Claims(claims["sub"], claims["sid"], claims["exp"], *_about_the_session(claims))


def tokens_of(settings: AccountSettings) -> Tokens:
    """The tokens of an application, according to its settings.

    Args:
        settings: Its secrets, issuer, audience and JWT_EXPIRES_HOURS.

    Raises:
        ConfigurationError: A secret is empty, or the PEM or JWK of a key pair.
    """
    secrets_in_order = dict.fromkeys((settings.token_secret, *settings.jwt_previous_secret_keys))
    for secret in secrets_in_order:
        _refuse_key_pair(secret)
    return Tokens(
        keys={
            key_id(secret): SecretBytes(secret.encode().ljust(_PADDED_KEY_BYTES, b"\0")) for secret in secrets_in_order
        },
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        lifetime=max(1, round(settings.jwt_expires_hours * 3600)),
    )


def _refuse_key_pair(secret: str) -> None:
    """Refuse a secret with a public half: anyone who has that could sign tokens (RFC 8725, section 2.1)."""
    try:
        if secret.lstrip().startswith("{") and '"kty"' in secret:  # which PyJWT knows since 2.13
            raise jwt.InvalidKeyError("it is a JWK")
        jwt.get_algorithm_by_name(_ALGORITHM).prepare_key(secret)
    except jwt.InvalidKeyError as error:
        raise ConfigurationError(f"JWT_SECRET_KEY must be a random string, not half of a key pair: {error}") from None


def _about_the_session(claims: dict[str, Any]) -> tuple[int, frozenset[str] | None]:
    """When the session was opened, and the roles of the user; None where a token does not say them.

    Raises:
        Problem: 401 for claims of another form.
    """
    roles = claims.get("roles")
    is_list = isinstance(roles, list) and all(isinstance(role, str) for role in roles)
    if roles is not None and not is_list:
        raise invalid_token()
    return claims["auth_time"], None if roles is None else frozenset(roles)


def _check_times(claims: dict[str, Any]) -> None:
    """Refuse a token that has expired, or is not valid yet.

    Args:
        claims: The claims, including `exp`, `nbf`, `iat` and `auth_time`.

    Raises:
        Problem: 401, as for any token that is not valid.
    """
    if any(type(claims[name]) is not int for name in ("exp", "nbf", "iat", "auth_time")):
        raise invalid_token()
    moment = now().timestamp()
    if claims["exp"] <= moment:
        raise invalid_token("The access token has expired")
    # The clock of the issuing server may be slightly ahead. No leeway on `exp`: clients know when it expires.
    if max(claims["nbf"], claims["iat"], claims["auth_time"]) > moment + _LEEWAY_SECONDS:
        raise invalid_token()


def invalid_token(message: str = "The access token is invalid") -> Problem:
    """The response to an invalid token: 401, with the challenge of RFC 6750, section 3.1.

    Args:
        message: One sentence for the client.
    """
    challenge = f'{current_word()} error="invalid_token", error_description="{message}"'
    return Problem(401, message, headers={"WWW-Authenticate": challenge})
