"""A part of an ordered list: the request, and the result."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy.orm import InstrumentedAttribute

Operator: TypeAlias = Literal["eq", "ne", "lt", "lte", "gt", "gte", "in", "contains", "startswith"]
"""The operators. `eq` with None matches NULL; `ne` matches NULL too, unless it is compared with None; comparisons of
strings are case-sensitive on every database."""


@dataclass(frozen=True)
class Ordering:
    """One column of a sort order; NULL sorts last in both directions.

    Args:
        column: A mapped column of the loading's model.
        descending: Whether the largest comes first.
    """

    column: InstrumentedAttribute[Any]
    descending: bool = False


@dataclass(frozen=True)
class Condition:
    """One comparison of a filter; its value is in the window.

    Args:
        column: A mapped column of the loading's model.
        operator: How it is compared.
    """

    column: InstrumentedAttribute[Any]
    operator: Operator


@dataclass(frozen=True, kw_only=True)
class Window:
    """A part of a list: by number with `offset`, or by position, after or before a key, or from the start.

    Args:
        orderings: The order; () is the loading's own. The primary key breaks ties.
        conditions: The conditions on each item.
        values: The values of the conditions, one for each.
        limit: The maximum number of items, at least 1.
        offset: The number of items to skip.
        after: The `last_key` of a slice, to get the items after it.
        before: The `first_key` of a slice, to get the items before it, in order.
        count_limit: The maximum number of items to count for `total`, by number only; None does not count.
        reach: The maximum offset in a list that continues; None for no limit.
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
    """A window by number begins beyond its reach, in a list that continues there."""


@dataclass(frozen=True)
class Slice:
    """The items of a window.

    Args:
        items: The serialized items.
        total: The number of items in the whole list; None if they were not counted, or are more than `count_limit`.
        has_more: Whether there are more in the direction of the window.
        first_key: The values of the sort columns of the first item, for `before`; None without items.
        last_key: Those of the last item, for `after`.
    """

    items: list[Any]
    total: int | None
    has_more: bool
    first_key: tuple[Any, ...] | None
    last_key: tuple[Any, ...] | None
