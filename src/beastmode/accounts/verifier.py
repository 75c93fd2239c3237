"""From the `Authorization` header to the caller, in about a microsecond once a token has been seen."""

import re
from collections.abc import Callable
from threading import Lock

from flask import Request

from beastmode.accounts.seen import REMEMBERED
from beastmode.accounts.tokens import Tokens, invalid_token
from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.core.identity import Authenticator, Identity
from beastmode.core.secrets import SecretText

_WHOLE = re.compile(r"[0-9]{1,19}")


def bearer_authenticator(
    tokens: Tokens,
    read_id: Callable[[str], int | str],
    *,
    holds: Callable[[Identity, Request], bool] | None = None,
    remembered: int = REMEMBERED,
) -> Authenticator:
    """A function that takes a request and returns its caller, or raises Problem(401).

    Checking a signature takes about 50 microseconds, so valid headers are remembered, and only the expiry is checked
    every time. If there are too many, the oldest is forgotten.

    Args:
        tokens: Reads access tokens.
        read_id: Converts the `sub` claim to a user's ID; raises ValueError if it is not one.
        holds: Whether the session of a valid token is still valid, for this request; None accepts every token.
        remembered: How many headers to remember; one takes about 700 bytes.
    """
    passed: dict[str, tuple[int, Identity]] = {}
    writing = Lock()

    def authenticate(request: Request) -> Identity:
        told: str | None = request.environ.get("HTTP_AUTHORIZATION")
        if told is None:
            raise _no_token()
        # Every stack frame of the request has the environment, so a printed frame must not show the token.
        header = request.environ["HTTP_AUTHORIZATION"] = SecretText(told)
        del told
        # A single `get` is atomic: readers need no lock.
        known = passed.get(header)
        if known is not None and now().timestamp() < known[0]:
            identity = known[1]
        else:
            ends_at, identity = check(header)
            with writing:
                if len(passed) >= remembered:
                    del passed[next(iter(passed))]
                passed[header] = (ends_at, identity)
        if holds is not None and not holds(identity, request):
            raise invalid_token()
        return identity

    def check(header: str) -> tuple[int, Identity]:
        scheme, _, token = map(SecretText, header.partition(" "))
        if scheme.lower() != "bearer":
            raise _no_token()
        claims = tokens.read(token)
        try:
            account_id = read_id(claims.subject)
        except ValueError:
            raise invalid_token() from None
        return claims.expires_at, Identity("account", account_id, claims.session_id)

    return authenticate


def id_reader(kind: type) -> Callable[[str], int | str]:
    """A function that converts a `sub` claim to a user's ID, or raises ValueError.

    Args:
        kind: The Python type of the ID column; anything other than int remains a string.
    """

    def read_whole(text: str) -> int:
        if _WHOLE.fullmatch(text) is None:
            raise ValueError(text)
        return int(text)

    return read_whole if kind is int else str


def _no_token() -> Problem:
    """The response to a request without an access token: 401, asking for one (RFC 6750, section 3)."""
    return Problem(401, "Authentication required", headers={"WWW-Authenticate": "Bearer"})
