"""Refresh tokens: `session.generation.mac`, where the MAC cannot be created without the key.

A session's tokens are derived from its ID, so the successor of a token can be created again without being stored in
plain text, and a token that was never issued is refused without a query.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

from beastmode.accounts.settings import AccountSettings
from beastmode.accounts.tokens.access import invalid_token
from beastmode.accounts.tokens.keys import derive
from beastmode.core.errors import Problem
from beastmode.core.secrets import SecretBytes, SecretText

_PURPOSE = "refresh token"
_LONGEST = 128
_SHAPE = re.compile(r"([A-Za-z0-9_-]{22})\.(0|[1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Presented:
    """A genuine refresh token from a request; whether it may still be used is in the table.

    Attributes:
        session_id: The session it belongs to.
        generation: The number of earlier tokens of that session.
        fingerprint: What the table stores instead of the token.
    """

    session_id: str
    generation: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class RefreshTokens:
    """Creates refresh tokens and recognizes them.

    Args:
        keys: The first one creates tokens, and each recognizes them.
    """

    keys: tuple[bytes, ...] = field(repr=False)

    def make(self, session_id: str, generation: int) -> str:
        """The token of a session's generation.

        Args:
            session_id: 22 characters of base64url.
            generation: From 0.
        """
        return _sign(self.keys[0], session_id, generation)

    def find(self, session_id: str, generation: int, wanted: str) -> str | None:
        """The token of a session's generation that has this fingerprint, whichever key created it.

        Args:
            session_id: 22 characters of base64url.
            generation: From 0.
            wanted: The fingerprint in the table.
        """
        made = (_sign(key, session_id, generation) for key in self.keys)
        return next((token for token in made if fingerprint(token) == wanted), None)

    def recognise(self, token: str) -> Presented:
        """The contents of a token from a request.

        Args:
            token: A string of any length and content.

        Raises:
            Problem: 401 if none of the keys created it.
        """
        parts = _SHAPE.fullmatch(token) if len(token) <= _LONGEST else None
        if parts is None:
            raise wrong_refresh_token()
        session_id, generation = parts[1], int(parts[2])
        genuine = [hmac.compare_digest(_sign(key, session_id, generation), token) for key in self.keys]
        if not any(genuine):
            raise wrong_refresh_token()
        return Presented(session_id, generation, fingerprint(token))


def refresh_tokens_of(settings: AccountSettings) -> RefreshTokens:
    """The refresh tokens of an application, according to its settings.

    Args:
        settings: Its secrets.
    """
    secrets_in_order = dict.fromkeys((settings.token_secret, *settings.jwt_previous_secret_keys))
    return RefreshTokens(tuple(derive(secret, _PURPOSE) for secret in secrets_in_order))


def _sign(key: bytes, session_id: str, generation: int) -> str:
    """The token that a key creates for this session and generation."""
    content = f"{session_id}.{generation}"
    mac = SecretBytes(base64.urlsafe_b64encode(hmac.digest(key, content.encode(), hashlib.sha256)).rstrip(b"="))
    return SecretText(f"{content}.{mac.decode()}")


def fingerprint(token: str) -> str:
    """What is stored of a refresh token: its SHA-256 in hex. It needs no salt, because the MAC in it is random enough.

    Args:
        token: A refresh token.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def wrong_refresh_token() -> Problem:
    """The response to any invalid refresh token: 401, with the same message whatever the reason."""
    return invalid_token("The refresh token is invalid")
