"""The caller of a request, as data."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller of the current request.

    Args:
        kind: "account" for a logged-in user, "address" for anyone else.
        id: The account's ID, or the client's IP address.
        session_id: The session that the access token belongs to.
    """

    kind: Literal["account", "address"]
    id: int | str
    session_id: str | None = None

    @property
    def key(self) -> str:
        """A stable name for counters and logs, such as "account:42" or "address:203.0.113.7"."""
        return f"{self.kind}:{self.id}"

    @property
    def is_account(self) -> bool:
        """Whether the caller is logged in."""
        return self.kind == "account"
