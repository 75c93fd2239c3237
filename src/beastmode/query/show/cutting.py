"""Nested lists of a response, cut before their items are dumped."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from marshmallow import Schema, fields

from beastmode.db.lazy import longest_list
from beastmode.query.plan.field_kinds import SeesThrough, has_before, lists_objects, parts_of
from beastmode.query.show.nested_limit import NestedLimit
from beastmode.query.show.shown import AsShown

__all__ = ["cut_field", "cut_lists"]


def cut_lists(schema: Schema) -> None:
    """Have a schema return no more of a nested list than NESTED_LIMIT allows, while a response is written with it.

    Nested schemas follow when they are first used: a schema may nest itself without end.

    Args:
        schema: The schema.
    """
    for name, field in schema.dump_fields.items():
        cut_field(field, f"{type(schema).__name__}.{name}")


def cut_field(field: Any, name: str) -> None:
    """Have a field, and those in it, do so.

    Args:
        field: A field, bound to its schema.
        name: What the log calls it.
    """
    for part in parts_of(field):
        cut_field(part, name)
    is_list = lists_objects(field)
    if (is_list or isinstance(field, fields.Nested)) and not has_before(field, Cutting):
        Cutting(field, NestedLimit(name) if is_list else None).stand_before()


class Cutting(SeesThrough):
    """How a field shows nested objects.

    Args:
        field: The field.
        limit: The bound of a list; None for one object, whose schema may have lists.
    """

    def __init__(self, field: fields.Field[Any], limit: NestedLimit | None) -> None:
        super().__init__(field)
        self.limit = limit
        self.is_first = True

    def __call__(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        """What the field shows of a value."""
        if self.is_first:
            self.follow()
        limit, most = self.limit, longest_list()
        # Where no response is written, somebody dumps what they want.
        if limit is None or most is None:
            return self.plain(value, attr, obj, **options)
        if isinstance(value, AsShown):
            return limit.first(self.plain(value, attr, obj, **options), most)
        return self.plain(limit.first(items_of(value, most), most), attr, obj, **options)

    def follow(self) -> None:
        """Cut the lists of the nested schema too; one object needs nothing more after that."""
        if isinstance(self.field, fields.Nested):
            cut_lists(self.field.schema)
        self.is_first = False
        if self.limit is None:
            self.step_aside()


def items_of(value: Any, most: int) -> Any:
    """A value, or if it gives its items one by one, a list with as many of them as are needed."""
    if isinstance(value, Iterable) and not isinstance(value, Sequence) and not hasattr(value, "__len__"):
        return [*islice(value, most + 1)]
    return value
