"""Permissions: what the caller of a route must be allowed to do."""

from collections.abc import Callable, Sequence
from inspect import unwrap
from typing import TypeAlias

from flask import Flask
from werkzeug.wrappers import Response

from beastmode.api.route import Route
from beastmode.core.errors import Problem
from beastmode.core.identity import Identity, current_identity
from beastmode.core.permissions import roles_in
from beastmode.core.steps import Call, Proceed, Step
from beastmode.query import Loading

Allows: TypeAlias = Callable[[Identity], bool]
"""Takes the caller; returns True if the caller may go on."""


class Permission(Step):
    """Requires permissions.

    Args:
        names: The permissions that the caller must have.
        functions: Functions that must return True for the caller.
    """

    statuses = frozenset({403})

    def __init__(self, names: Sequence[str], functions: Sequence[Allows]) -> None:
        shown = " and ".join(f"`{name}`" for name in names)
        self.note = f"Requires the permission {shown}." if names else ""
        self._needed = frozenset(names)
        self._functions = tuple(functions)

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Proceed if the caller has the permissions.

        Raises:
            Problem: 403 otherwise.
        """
        caller = current_identity()
        if self._needed and (missing := self._needed - caller.permissions):
            raise Problem(403, f"This requires the permission {', '.join(sorted(missing))}")
        for allows in self._functions:
            # Anything else, such as a coroutine, is not a permission.
            if allows(caller) is not True:
                raise Problem(403, "You do not have permission to do this")
        return proceed(call)

    @classmethod
    def of(cls, app: Flask, route: Route) -> "Permission | None":
        """The step of a route; None if it requires no permission.

        Raises:
            ConfigurationError: No role gives a permission that the route requires.
        """
        _refuse_unknown_overrides(app, route)
        if not route.permission:
            return None
        names = [each for each in route.permission if isinstance(each, str)]
        roles_in(app).refuse_unknown(names, str(route))
        return cls(names, [each for each in route.permission if not isinstance(each, str)])


def _refuse_unknown_overrides(app: Flask, route: Route) -> None:
    """Refuse `owned_by(..., or_permission=...)` of a loading beside a view, if no role gives the permission."""
    for name, value in getattr(unwrap(route.view), "__globals__", {}).items():
        if isinstance(value, Loading) and value.query.or_permission is not None:
            where = f"{name}.owned_by(or_permission=...), in the module of {route},"
            roles_in(app).refuse_unknown([value.query.or_permission], where)
