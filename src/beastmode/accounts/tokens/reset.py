"""Password reset tokens: signed, expiring, and invalid once the password has changed."""

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from beastmode.accounts.tokens.keys import derive
from beastmode.core.caller import AccountId
from beastmode.core.clock import now

_MAC_BYTES = 32
_LONGEST = 512
"""Characters. Longer strings are rejected without decoding them."""


@dataclass(frozen=True, slots=True)
class ResetTokens:
    """Issues and verifies the password reset tokens of an application.

    The signature covers the current email address and password hash, so a token can be used only once, and any change
    of either invalidates all tokens. Nothing is stored.

    Args:
        secret: The secret that tokens are signed with.
        lifetime: How long a token is valid.
    """

    secret: str = field(repr=False)
    lifetime: timedelta

    def issue(self, user_id: AccountId, state: str) -> str:
        """A token for a user.

        Args:
            user_id: The user's ID.
            state: What ends the token when it changes.
        """
        claims = f"{int((now() + self.lifetime).timestamp())}.{user_id}".encode()
        return base64.urlsafe_b64encode(self._mac(claims, state) + claims).decode().rstrip("=")

    def user_id_in(self, token: str) -> str | None:
        """The user ID that a token claims; None if it is malformed. The claim must be verified with `proves`.

        Args:
            token: The token from the request.
        """
        read = _read(token)
        return None if read is None else read[2]

    def proves(self, token: str, user_id: Any, state: str) -> bool:
        """Whether a token was issued for this user and this state, and has not expired.

        Args:
            token: The token from the request.
            user_id: The user's ID.
            state: What ends the token when it changes.
        """
        read = _read(token)
        if read is None:
            return False
        mac, expires, claimed = read
        genuine = hmac.compare_digest(mac, self._mac(f"{expires}.{claimed}".encode(), state))
        return genuine and claimed == str(user_id) and now() < datetime.fromtimestamp(expires, now().tzinfo)

    def _mac(self, claims: bytes, state: str) -> bytes:
        return hmac.digest(derive(self.secret, "password reset"), claims + b"\0" + state.encode(), "sha256")


def _read(token: str) -> tuple[bytes, int, str] | None:
    """The parts of a token: the signature, the expiry and the user ID; None if it is malformed."""
    if len(token) > _LONGEST or not token.isascii():
        return None
    try:
        whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        expires, _, user_id = whole[_MAC_BYTES:].decode().partition(".")
        return whole[:_MAC_BYTES], int(expires), user_id
    except ValueError:
        return None
