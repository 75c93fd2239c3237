"""The row of a write, and who may change it."""

from functools import cached_property
from typing import Any, NoReturn

from flask import current_app
from sqlalchemy import Boolean, Select, bindparam, inspect, literal_column, or_, select
from sqlalchemy.sql import ColumnElement, visitors
from sqlalchemy.sql.elements import BindParameter

from beastmode.core.errors import Problem
from beastmode.core.identity import current_identity
from beastmode.core.permissions import roles_in
from beastmode.db.private_sqlalchemy import renamed
from beastmode.db.session import current_work
from beastmode.query.keys import Key, can_hold
from beastmode.query.sources import Criteria, Params

_OVERRULED = "_overruled"
"""The parameter that says that the caller may change the rows of others."""
_APART = "_where_"
"""The prefix of the criteria's own parameters in a write, where the name of a column would set that column."""


class Target:
    """Finds the row of a write by its key, the loading's criteria, and its owner.

    Attributes:
        exists: The condition for the row.
        owned: The same, with the condition that the caller owns it, if the loading has an owner.

    Args:
        model: The model.
        criteria: The conditions on the row.
        owner: The column with the ID of its owner; None if anyone may change it.
        or_permission: The permission with which others may change it; None if only the owner may.
        is_kept: Whether its statements are cached.
    """

    def __init__(
        self,
        model: type[Any],
        criteria: Criteria,
        owner: Any = None,
        or_permission: str | None = None,
        *,
        is_kept: bool = True,
    ) -> None:
        self.is_kept = is_kept
        self.or_permission = or_permission
        self.key = Key(inspect(model))
        self.owner = owner
        self.exists = [*self.key.conditions(model), *(_named_apart(criterion) for criterion in criteria)]
        self.owned = self.exists if owner is None else [*self.exists, self._may_change()]

    def bound(self, key: Any, params: Params) -> dict[str, Any]:
        """The parameters of `exists` and `owned`.

        Args:
            key: The row's primary key.
            params: Values of the criteria's own parameters.

        Raises:
            Problem: 404 if no row can have such a key; 403 if the caller cannot own any.
        """
        values = self.key.params(key)
        if values is None:
            raise not_found()
        values |= {f"{_APART}{name}": value for name, value in params.items()}
        if self.owner is not None:
            caller = current_identity()
            can_own = caller.is_account and can_hold(self.owner.type, caller.id)
            values |= {"_owner": caller.id if can_own else None}
            if self.or_permission is not None:
                values[_OVERRULED] = False
            if not can_own and not self.overrules(values):
                self.refuse(values)
        return values

    def overrules(self, bound: dict[str, Any]) -> bool:
        """Whether the caller may change rows of others, which the parameters then say; False if they say it already.

        Only asked if the caller does not own the row, because roles may have to be looked up.

        Args:
            bound: The parameters of `owned`.

        Raises:
            ConfigurationError: No role gives the permission.
        """
        if self.or_permission is None or bound[_OVERRULED]:
            return False
        roles_in(current_app).refuse_unknown([self.or_permission], f"owned_by({self.owner}, or_permission=...)")
        bound[_OVERRULED] = current_identity().has_permission(self.or_permission)
        return bool(bound[_OVERRULED])

    def _may_change(self) -> ColumnElement[bool]:
        """The condition that the caller owns the row, or has the permission that overrules its owner."""
        is_owner: ColumnElement[bool] = self.owner == bindparam("_owner", type_=self.owner.type)
        if self.or_permission is None:
            return is_owner
        return or_(is_owner, bindparam(_OVERRULED, type_=Boolean()))

    def refuse(self, bound: dict[str, Any]) -> NoReturn:
        """Raise the reason why no row was found.

        Raises:
            Problem: 403 if the row exists and belongs to another user; otherwise 404.
        """
        if self.owner is not None and self.finds(self.any, bound):
            raise not_yours()
        raise not_found()

    def check(self, bound: dict[str, Any]) -> None:
        """Do nothing if the row exists and the caller may change it.

        Raises:
            Problem: As for `refuse`.
        """
        if not self.finds(self.own, bound) and not (self.overrules(bound) and self.finds(self.own, bound)):
            self.refuse(bound)

    @cached_property
    def any(self) -> Select[Any]:
        """Finds the row, whoever owns it."""
        return select(literal_column("1")).where(*self.exists)

    @cached_property
    def own(self) -> Select[Any]:
        """Finds the row if the caller owns it."""
        return select(literal_column("1")).where(*self.owned)

    def finds(self, statement: Select[Any], bound: dict[str, Any]) -> bool:
        """Whether the row exists."""
        return bool(current_work().fetch(statement, bound, kept=self.is_kept))


def _named_apart(criterion: ColumnElement[bool]) -> ColumnElement[bool]:
    """A criterion whose parameters are not named like columns."""

    def rename(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or element.unique:
            return None
        return renamed(element, _APART + element.key)

    return visitors.replacement_traverse(criterion, {}, rename)


def not_found() -> Problem:
    """The response if the row does not exist."""
    return Problem(404, "Resource not found")


def not_yours() -> Problem:
    """The response if the row belongs to another user."""
    return Problem(403, "Only the owner may change this")
