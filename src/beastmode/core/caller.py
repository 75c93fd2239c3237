"""The caller of a request, as data."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from beastmode.core.permissions import permissions_of, roles_of

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
        granted_roles: The roles that its credential says it has; None if they are looked up.
        scopes: What its credential may be used for, of what the caller may do; None for everything.
    """

    kind: Literal["account", "service", "address"]
    id: AccountId
    session_id: str | None = None
    signed_in_at: int | None = None
    granted_roles: frozenset[str] | None = None
    scopes: frozenset[str] | None = None

    @property
    def key(self) -> str:
        """A stable name for counters and logs, such as "account:42" or "address:203.0.113.7"."""
        return f"{self.kind}:{self.id}"

    @property
    def is_account(self) -> bool:
        """Whether the caller is logged in."""
        return self.kind == "account"

    @property
    def roles(self) -> frozenset[str]:
        """The caller's roles: those that the credential says, or those in the database, read once per request."""
        if self.granted_roles is not None:
            return self.granted_roles
        return roles_of(self.id) if self.is_account else frozenset()

    @property
    def permissions(self) -> frozenset[str]:
        """What the caller may do: the permissions of the roles, within the scopes of the credential."""
        held = permissions_of(self.roles)
        return held if self.scopes is None else held & self.scopes

    def has_permission(self, name: str) -> bool:
        """Whether the caller may do something.

        Args:
            name: A permission, such as "posts:write".
        """
        return name in self.permissions
