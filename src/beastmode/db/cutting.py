"""Nested lists of entities, cut where they are dumped: SQLAlchemy loads them whole."""

from typing import Any

from marshmallow import Schema, fields

from beastmode.db.field_kinds import SeesThrough
from beastmode.db.nested_limit import NestedLimit, most_nested
from beastmode.db.planner import nested_of
from beastmode.db.session import opened_work

__all__ = ["cut_lists"]


def cut_lists(schema: Schema) -> None:
    """Have a schema show no more of a nested list than the setting NESTED_LIMIT says.

    Nested schemas follow when they are first used: a schema may nest itself without end.

    Args:
        schema: The schema.
    """
    for name, field in schema.dump_fields.items():
        nested, is_many = nested_of(field)
        if nested is not None and not isinstance(vars(field).get("_serialize"), Cutting):
            limit = NestedLimit(f"{type(schema).__name__}.{name}") if is_many else None
            field._serialize = Cutting(field, nested, limit)  # type: ignore[method-assign]  # noqa: SLF001 - where marshmallow shows


class Cutting(SeesThrough):
    """How a field shows related entities.

    Args:
        field: The field.
        nested: Where its schema is: the field itself, or what it lists.
        limit: The bound of a list; None for one entity.
    """

    def __init__(self, field: fields.Field[Any], nested: fields.Nested, limit: NestedLimit | None) -> None:
        self.plain: Any = field._serialize  # noqa: SLF001 - what marshmallow itself calls
        self.nested = nested
        self.limit = limit
        self.is_first = True

    def __call__(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        """What the field shows of a value."""
        if self.is_first:
            self.is_first = False
            cut_lists(self.nested.schema)
        # Outside of a request or a command the schema is somebody's own affair.
        if self.limit is not None and opened_work() is not None and hasattr(value, "__len__"):
            value = self.cut(value, self.limit)
        return self.plain(value, attr, obj, **options)

    def cut(self, value: Any, limit: NestedLimit) -> Any:
        """The first entities of a list, as many as are shown."""
        most = most_nested()
        if len(value) <= most:
            return value
        limit.tell(most)
        return [*value][:most]
