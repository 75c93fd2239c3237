"""The row that a write is meant for, and who may change it."""

from functools import cached_property
from typing import Any, NoReturn

from sqlalchemy import Select, bindparam, inspect, literal_column, select
from sqlalchemy.sql import ColumnElement, visitors
from sqlalchemy.sql.elements import BindParameter

from beastmode.core.errors import Problem
from beastmode.core.identity import current_identity
from beastmode.db.session import current_work
from beastmode.query.keys import Key, can_hold
from beastmode.query.sources import Criteria, Params

__all__ = ["Target", "not_found", "not_yours"]

APART = "_where_"
"""What the criteria's own parameters begin with in a write, where the name of a column would set that column."""


class Target:
    """Finds the row of a write by its key, the loading's criteria, and the caller who must own it.

    Attributes:
        exists: That a row is the one that is meant.
        owned: That it is the caller's besides, where the loading says whose rows are.

    Args:
        model: The model.
        criteria: What must be true of the row.
        owner: The column that holds its owner's id; None where anybody may change it.
        is_kept: Whether its statements are.
    """

    def __init__(self, model: type[Any], criteria: Criteria, owner: Any = None, *, is_kept: bool = True) -> None:
        self.is_kept = is_kept
        self.key = Key(inspect(model))
        self.owner = owner
        self.exists = [*self.key.conditions(model), *(named_apart(criterion) for criterion in criteria)]
        self.owned = self.exists if owner is None else [*self.exists, owner == bindparam("_owner", type_=owner.type)]

    def bound(self, key: Any, params: Params) -> dict[str, Any]:
        """The parameters of `exists` and `owned`.

        Args:
            key: The row's primary key.
            params: Values of the criteria's own parameters.

        Raises:
            Problem: 404 where no row can have such a key; 403 where the caller cannot own any.
        """
        found = self.key.params(key)
        if found is None:
            raise not_found()
        found |= {f"{APART}{name}": value for name, value in params.items()}
        if self.owner is not None:
            caller = current_identity()
            if not caller.is_account or not can_hold(self.owner.type, caller.id):
                self.refuse(found)
            found["_owner"] = caller.id
        return found

    def refuse(self, bound: dict[str, Any]) -> NoReturn:
        """Say why nothing was hit.

        Raises:
            Problem: 403 where the row is there, and somebody else's; else 404.
        """
        if self.owner is not None and self.finds(self.any, bound):
            raise not_yours()
        raise not_found()

    def check(self, bound: dict[str, Any]) -> None:
        """Do nothing if the row is there and the caller may change it.

        Raises:
            Problem: As `refuse` does.
        """
        if not self.finds(self.own, bound):
            self.refuse(bound)

    @cached_property
    def any(self) -> Select[Any]:
        """Finds the row, whosever it is."""
        return select(literal_column("1")).where(*self.exists)

    @cached_property
    def own(self) -> Select[Any]:
        """Finds the row if it is the caller's."""
        return select(literal_column("1")).where(*self.owned)

    def finds(self, statement: Select[Any], bound: dict[str, Any]) -> bool:
        """Whether there is such a row."""
        return bool(current_work().fetch(statement, bound, kept=self.is_kept))


def named_apart(criterion: ColumnElement[bool]) -> ColumnElement[bool]:
    """A criterion whose own parameters are not named like columns."""

    def rename(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or element.unique:
            return None
        # All that it is but its name: whether it is required, a callable, a list, or part of the text.
        renamed: Any = element._clone(maintain_key=True)  # noqa: SLF001 - bindparam() cannot say all of it
        renamed.key = renamed._orig_key = APART + element.key  # noqa: SLF001 - likewise
        return renamed

    return visitors.replacement_traverse(criterion, {}, rename)


def not_found() -> Problem:
    """There is no such row."""
    return Problem(404, "Resource not found")


def not_yours() -> Problem:
    """There is one, and it is not the caller's to change."""
    return Problem(403, "Only the owner may change this")
