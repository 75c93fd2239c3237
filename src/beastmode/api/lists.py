"""Pages of a list that a view returned: sorted and filtered in memory, like the database would."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from marshmallow import Schema

from beastmode.query.lists.page import Condition, Operator, Ordering, Slice, Window

Test = Callable[[Any, Any], bool]

_TESTS: dict[Operator, Test] = {
    "eq": lambda value, other: value == other,
    "ne": lambda value, other: value != other,
    "lt": lambda value, other: value is not None and value < other,
    "lte": lambda value, other: value is not None and value <= other,
    "gt": lambda value, other: value is not None and value > other,
    "gte": lambda value, other: value is not None and value >= other,
    "in": lambda value, other: value in other,
    "contains": lambda value, other: value is not None and other in value,
    "startswith": lambda value, other: value is not None and value.startswith(other),
}


class Items:
    """A list, in pages like those of a loading. A position in it is a number, because the items have no key.

    Args:
        name: The name of its route, for messages.
        items: All items, in their original order.
        dump: Serializes some of them; None if they are already serialized.
        schema: Says under which name a serialized item has a column.
    """

    def __init__(
        self, name: str, items: list[Any], dump: Callable[[list[Any]], Any] | None, schema: Schema | None
    ) -> None:
        self.name = name
        self.items = items
        self.dump = dump
        self.schema = schema

    def part(self, window: Window) -> Slice:
        """A page of the list.

        Args:
            window: Which page, in which order, with which filter.

        Raises:
            TypeError: The items lack a column that the list is sorted or filtered by.
            ValueError: The key of the window belongs to another list.
        """
        chosen = self.ordered(self.filtered(window.conditions, window.values), window.orderings)
        start, end = _bounds(window, len(chosen))
        part = chosen[start:end]
        total = len(chosen) if window.count_limit is not None and len(chosen) <= window.count_limit else None
        has_more = start > 0 if window.before is not None else end < len(chosen)
        keys = ((start,), (start + len(part),)) if part else (None, None)
        return Slice(self.dump(part) if self.dump is not None else part, total, has_more, *keys)

    def filtered(self, conditions: Sequence[Condition], values: Sequence[Any]) -> list[Any]:
        """The items that match all conditions."""
        chosen = self.items
        for condition, value in zip(conditions, values, strict=True):
            holds = _TESTS[condition.operator]
            chosen = [item for item in chosen if self.compared(condition.column, item, holds, value)]
        return chosen

    def compared(self, column: Any, item: Any, holds: Test, value: Any) -> bool:
        """Whether an item matches a condition."""
        mine = self.value(column, item)
        try:
            return bool(holds(mine, value))
        except (TypeError, AttributeError) as error:
            raise self.unlike(column, mine, value) from error

    def ordered(self, chosen: list[Any], orderings: Sequence[Ordering]) -> list[Any]:
        """The items in order; NULL sorts last in both directions, and equal items keep their order."""
        for ordering in reversed(orderings):
            keyed = [(self.value(ordering.column, item), item) for item in chosen]
            some = [pair for pair in keyed if pair[0] is not None]
            try:
                some.sort(key=lambda pair: pair[0], reverse=ordering.descending)
            except TypeError as error:
                raise self.unlike(ordering.column, *(pair[0] for pair in some[:2])) from error
            chosen = [item for _, item in some] + [item for value, item in keyed if value is None]
        return chosen

    def value(self, column: Any, item: Any) -> Any:
        """The value of a column in an item.

        Raises:
            TypeError: The item does not have it.
        """
        name = column.key if self.dump is not None or self.schema is None else _shown_name(self.schema, column.key)
        try:
            return item[name] if isinstance(item, Mapping) else getattr(item, name)
        except (KeyError, AttributeError) as error:
            raise TypeError(
                f"{self.name} sorts or filters by {column}, but its view returned a {type(item).__name__} without "
                f"{name!r}; add it to every item, or return a loading."
            ) from error

    def unlike(self, column: Any, *values: Any) -> TypeError:
        """The error for values that cannot be compared."""
        kinds = " with ".join(type(value).__name__ for value in values)
        return TypeError(f"{self.name} sorts or filters by {column}, but cannot compare {kinds}; return a loading.")


def _bounds(window: Window, count: int) -> tuple[int, int]:
    """Where a window begins and ends in a list of this length.

    Raises:
        ValueError: Its key is not a position.
    """
    if window.offset is not None:
        start = window.offset
    elif window.before is not None:
        end = min(_position(window.before), count)
        return max(end - window.limit, 0), end
    else:
        start = 0 if window.after is None else _position(window.after)
    return min(start, count), min(start + window.limit, count)


def _position(key: tuple[Any, ...]) -> int:
    if len(key) != 1 or type(key[0]) is not int or key[0] < 0:
        raise ValueError(f"A cursor of a list is a single number; found {key!r}.")
    return int(key[0])


def _shown_name(schema: Schema, attribute: str) -> str:
    """The name of an attribute in the schema's output."""
    for name, field in schema.dump_fields.items():
        if (field.attribute or name) == attribute:
            return field.data_key or name
    return attribute
