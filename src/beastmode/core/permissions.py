"""What callers may do: roles, and the permissions that they give."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flask import Flask, current_app, has_app_context, has_request_context, request

from beastmode.core.errors import ConfigurationError

__all__ = ["OPERATOR", "Roles", "define_roles", "roles_in"]

OPERATOR = "operator"
"""The role that every application has; it gives every permission."""
READ, WRITE = "read", "write"
"""What a credential with scopes may do on routes that require no permission: reads, and everything else."""
_EXTENSION = "beastmode.roles"
_KEPT = "beastmode.roles_of_callers"
"""Keeps the roles in the environment of a request, so that they are looked up once."""
LookUp: TypeAlias = Callable[[Any], frozenset[str]]
"""Takes the ID of an account; returns its roles."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of an application.

    Args:
        definitions: The permissions of each role.
        look_up: Returns the roles of an account; None if only credentials say them.
    """

    definitions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    look_up: LookUp | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """Every permission that some role gives."""
        return frozenset().union(*self.definitions.values())

    def permissions_of(self, roles: Collection[str]) -> frozenset[str]:
        """The permissions that these roles give together.

        Args:
            roles: Their names; one that is not defined gives none.
        """
        if OPERATOR in roles:
            return self.permissions
        return frozenset().union(*(self.definitions.get(role, frozenset()) for role in roles))

    def refuse_unknown(self, permissions: Iterable[str], where: str) -> None:
        """Do nothing if every permission is given by some role.

        Args:
            permissions: Their names.
            where: What requires them, for the message.

        Raises:
            ConfigurationError: One is not, so that nobody could have it.
        """
        if unknown := sorted(set(permissions) - self.permissions):
            known = ", ".join(sorted(self.permissions)) or "none"
            raise ConfigurationError(
                f"{where} requires the permission {', '.join(unknown)}, which no role gives. Define it, for example "
                f'Accounts(User, roles={{"editor": ["{unknown[0]}"]}}); defined permissions: {known}.'
            )


def define_roles(app: Flask, roles: Mapping[str, Collection[str]], look_up: LookUp | None = None) -> None:
    """Define the roles of an application, before `Beastmode(app, api=...)` builds the routes.

    Accounts do this with their own roles. The role `operator` gives every permission, whether it is listed or not.

    Args:
        app: The Flask application.
        roles: The permissions of each role, such as `{"editor": ["posts:write"]}`.
        look_up: Returns the roles of an account by its ID; None if authenticators say them (`Identity.granted_roles`).

    Raises:
        ConfigurationError: A name is empty, or is not a string.
    """
    definitions: dict[str, frozenset[str]] = {OPERATOR: frozenset()}
    for role, permissions in roles.items():
        if isinstance(permissions, str) or not all(_is_name(each) for each in (role, *permissions)):
            raise ConfigurationError(
                f"The role {role!r} has the permissions {permissions!r}; expected a list of names without spaces, such "
                'as ["posts:write"].'
            )
        definitions[role] = frozenset(permissions)
    app.extensions[_EXTENSION] = Roles(definitions, look_up)


def _is_name(given: object) -> bool:
    return isinstance(given, str) and given != "" and not any(character.isspace() for character in given)


def roles_in(app: Flask) -> Roles:
    """The roles of an application; only `operator` if none are defined.

    Args:
        app: The Flask application.
    """
    roles: Roles = app.extensions.get(_EXTENSION) or Roles({OPERATOR: frozenset()})
    return roles


def roles_of(account_id: Any) -> frozenset[str]:
    """The roles of an account in the current application, looked up once per request.

    Args:
        account_id: The account's ID.
    """
    look_up = roles_in(current_app).look_up if has_app_context() else None
    if look_up is None:
        return frozenset()
    if not has_request_context():
        return look_up(account_id)
    kept: dict[Any, frozenset[str]] = request.environ.setdefault(_KEPT, {})
    if account_id not in kept:
        kept[account_id] = look_up(account_id)
    return kept[account_id]


def permissions_of(roles: Collection[str]) -> frozenset[str]:
    """The permissions that roles give in the current application.

    Args:
        roles: Their names.
    """
    return roles_in(current_app).permissions_of(roles) if has_app_context() else frozenset()


def forget_roles() -> None:
    """Look the roles of callers up again in the current request, as they have changed."""
    if has_request_context():
        request.environ.pop(_KEPT, None)
