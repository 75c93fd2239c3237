"""A part of an ordered list: what is asked for, and what was found."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy.orm import InstrumentedAttribute

__all__ = ["Condition", "Operator", "Ordering", "PageOutOfRangeError", "Slice", "Window"]

Operator: TypeAlias = Literal["eq", "ne", "lt", "lte", "gt", "gte", "in", "contains", "startswith"]
"""How a column is compared. `eq` with None finds NULL; `ne` finds NULL too, unless it is compared with None; texts are
compared letter by letter, capitals included, on every database."""


@dataclass(frozen=True)
class Ordering:
    """One column of an order; NULL comes last in either direction.

    Args:
        column: A mapped column of the loading's model.
        descending: Whether the largest comes first.
    """

    column: InstrumentedAttribute[Any]
    descending: bool = False


@dataclass(frozen=True)
class Condition:
    """One comparison of a filter; its value stands in the window.

    Args:
        column: A mapped column of the loading's model.
        operator: How it is compared.
    """

    column: InstrumentedAttribute[Any]
    operator: Operator


@dataclass(frozen=True, kw_only=True)
class Window:
    """A part of a list: by number with `offset`, else by position, after or before a key, or from the start.

    Args:
        orderings: The order; () is the loading's own. The primary key decides among equals.
        conditions: What must be true of each item.
        values: What the conditions compare with, one for each.
        limit: The most items, at least 1.
        offset: How many items to leave out.
        after: The `last_key` of a slice: items that come after it.
        before: The `first_key` of a slice: items that come before it, nearest last.
        count_limit: The most items to count for `total`, by number only; None does not count.
        reach: The most items that an offset may leave out of a list that goes on; None for any number.
    """

    orderings: tuple[Ordering, ...]
    limit: int
    conditions: tuple[Condition, ...] = ()
    values: tuple[Any, ...] = ()
    offset: int | None = None
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None
    count_limit: int | None = None
    reach: int | None = None

    def __post_init__(self) -> None:
        if len(self.conditions) != len(self.values):
            raise ValueError(
                f"{len(self.conditions)} conditions need the same number of values; found {len(self.values)}."
            )
        if sum(each is not None for each in (self.offset, self.after, self.before)) > 1:
            raise ValueError("A window has only one of offset, after and before; found more than one.")
        if self.limit < 1:
            raise ValueError(f"A window contains at least 1 item; found limit={self.limit}.")


class PageOutOfRangeError(Exception):
    """A window by number begins further than its reach in a list that is longer than that."""


@dataclass(frozen=True)
class Slice:
    """The items of a window.

    Args:
        items: What the schema shows of each.
        total: How many items the whole list has; None if they were not counted, or are more than `count_limit`.
        has_more: Whether there are more in the direction of the window.
        first_key: The values of the order's columns in the first item, for `before`; None without items.
        last_key: Those in the last item, for `after`.
    """

    items: list[Any]
    total: int | None
    has_more: bool
    first_key: tuple[Any, ...] | None
    last_key: tuple[Any, ...] | None
