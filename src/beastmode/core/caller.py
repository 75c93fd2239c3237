"""The caller of a request, as data."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

AccountId = int | str | UUID
"""The ID of a user, as the project's model declares it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller of the current request.

    Args:
        kind: "account" for a user, "service" for another program that is not a user, "address" for anyone else.
        id: The account's ID, the service's name, or the client's IP address.
        session_id: The session that the access token belongs to.
        signed_in_at: When the session was opened, in seconds since 1970; None if there is none.
    """

    kind: Literal["account", "service", "address"]
    id: AccountId
    session_id: str | None = None
    signed_in_at: int | None = None

    @property
    def key(self) -> str:
        """A stable name for counters and logs, such as "account:42" or "address:203.0.113.7"."""
        return f"{self.kind}:{self.id}"

    @property
    def is_account(self) -> bool:
        """Whether the caller is logged in."""
        return self.kind == "account"
