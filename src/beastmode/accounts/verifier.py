"""From the `Authorization` header to the caller, in about a microsecond once a token has been seen."""

import re
from collections.abc import Callable
from threading import Lock
from uuid import UUID

from flask import Request

from beastmode.accounts.sessions.seen import REMEMBERED
from beastmode.accounts.tokens.access import Tokens, invalid_token
from beastmode.core.caller import AccountId
from beastmode.core.clock import now
from beastmode.core.identity import Authenticator, Identity
from beastmode.core.secrets import SecretText

_WHOLE = re.compile(r"[0-9]{1,19}")


def bearer_authenticator(  # noqa: PLR0913 - each is an option, given by name
    tokens: Tokens,
    read_id: Callable[[str], AccountId],
    *,
    scheme: str = "Bearer",
    holds: Callable[[Identity, Request], bool] | None = None,
    reads_roles: bool = False,
    remembered: int = REMEMBERED,
) -> Authenticator:
    """A function that returns the caller of a request: None without a token, Problem(401) for a wrong one.

    Checking a signature takes about 50 microseconds, so valid headers are remembered, and only the expiry is checked
    every time. If there are too many, the oldest is forgotten.

    Args:
        tokens: Reads access tokens.
        read_id: Converts the `sub` claim to a user's ID; raises ValueError if it is not one.
        scheme: The word before the token in `Authorization`; case-insensitive.
        holds: Whether the session of a valid token is still valid, for this request; None accepts every token.
        reads_roles: Whether the roles in a token count; if not, they are looked up.
        remembered: How many headers to remember; one takes about 700 bytes.
    """
    passed: dict[str, tuple[int, Identity]] = {}
    writing = Lock()
    wanted = scheme.lower()

    def authenticate(request: Request) -> Identity | None:
        told: str | None = request.environ.get("HTTP_AUTHORIZATION")
        if told is None:
            return None
        # Every stack frame of the request has the environment, so a printed frame must not show the token.
        header = request.environ["HTTP_AUTHORIZATION"] = SecretText(told)
        del told
        # A single `get` is atomic: readers need no lock.
        known = passed.get(header)
        if known is not None and now().timestamp() < known[0]:
            identity = known[1]
        else:
            word, _, token = map(SecretText, header.partition(" "))
            if word.lower() != wanted:
                return None
            ends_at, identity = check(token)
            with writing:
                if len(passed) >= remembered:
                    del passed[next(iter(passed))]
                passed[header] = (ends_at, identity)
        if holds is not None and not holds(identity, request):
            raise invalid_token()
        return identity

    def check(token: str) -> tuple[int, Identity]:
        claims = tokens.read(token)
        try:
            account_id = read_id(claims.subject)
        except ValueError:
            raise invalid_token() from None
        roles = claims.roles if reads_roles else None
        return claims.expires_at, Identity("account", account_id, claims.session_id, claims.signed_in_at, roles)

    return authenticate


def id_reader(kind: type) -> Callable[[str], AccountId]:
    """A function that converts a `sub` claim to a user's ID, or raises ValueError.

    Args:
        kind: The Python type of the ID column: int, UUID or str.
    """

    def read_whole(text: str) -> int:
        if _WHOLE.fullmatch(text) is None:
            raise ValueError(text)
        return int(text)

    readers: dict[type, Callable[[str], AccountId]] = {int: read_whole, UUID: UUID}
    return readers.get(kind, str)
