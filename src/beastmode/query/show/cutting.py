"""Nested lists of a response, truncated before their items are dumped."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from marshmallow import Schema, fields

from beastmode.db.lazy import longest_list
from beastmode.query.plan.field_kinds import SeesThrough, has_before, lists_objects, parts_of
from beastmode.query.show.nested_limit import NestedLimit
from beastmode.query.show.shown import AsShown


def cut_lists(schema: Schema) -> None:
    """Make a schema truncate nested lists at NESTED_LIMIT while a response is serialized with it.

    Nested schemas follow on first use, because a schema may nest itself endlessly.

    Args:
        schema: The schema.
    """
    for name, field in schema.dump_fields.items():
        cut_field(field, f"{type(schema).__name__}.{name}")


def cut_field(field: Any, name: str) -> None:
    """The same for a field, and those nested in it.

    Args:
        field: A field, bound to its schema.
        name: Its name in the log.
    """
    for part in parts_of(field):
        cut_field(part, name)
    is_list = lists_objects(field)
    if (is_list or isinstance(field, fields.Nested)) and not has_before(field, _Cutting):
        _Cutting(field, NestedLimit(name) if is_list else None).stand_before()


class _Cutting(SeesThrough):
    """The serialization of nested objects by a field.

    Args:
        field: The field.
        limit: The limit of a list; None for one object, whose schema may have lists.
    """

    def __init__(self, field: fields.Field[Any], limit: NestedLimit | None) -> None:
        super().__init__(field)
        self.limit = limit
        self.is_first = True

    def __call__(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        """The result of the field for a value."""
        if self.is_first:
            self.follow()
        limit, most = self.limit, longest_list()
        # Outside a response, a dump is not limited.
        if limit is None or most is None:
            return self.plain(value, attr, obj, **options)
        if isinstance(value, AsShown):
            return limit.first(self.plain(value, attr, obj, **options), most)
        return self.plain(limit.first(_items_of(value, most), most), attr, obj, **options)

    def follow(self) -> None:
        """Truncate the lists of the nested schema too; a single object needs nothing more after that."""
        if isinstance(self.field, fields.Nested):
            cut_lists(self.field.schema)
        self.is_first = False
        if self.limit is None:
            self.step_aside()


def _items_of(value: Any, most: int) -> Any:
    """A value; if it is an iterator, a list with as many items as needed."""
    if isinstance(value, Iterable) and not isinstance(value, Sequence) and not hasattr(value, "__len__"):
        return [*islice(value, most + 1)]
    return value
