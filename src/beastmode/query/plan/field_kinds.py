"""What is known about a marshmallow field without running it: what serializes its values, and whether it has to."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from marshmallow import Schema, fields
from sqlalchemy.types import TypeEngine

from beastmode.db.base import UtcDateTime
from beastmode.db.private_sqlalchemy import types_by_database
from beastmode.query import private_marshmallow
from beastmode.query.private_marshmallow import (
    DUMPING,
    WRITE,
    hooks_of,
    own_writer,
    remove_own_writer,
    set_writer,
    writer_of,
    writes_by_itself,
)

_MARSHMALLOW = "marshmallow.fields"

_READING = frozenset(
    {
        *private_marshmallow.READING,
        *("deserialize", "default_error_messages", "truthy", "falsy", "DESERIALIZATION_CLASS", "DESERIALIZATION_FUNCS"),
        *("__module__", "__qualname__", "__doc__", "__init__", "__dict__", "__weakref__", "__annotations__"),
        *("__orig_bases__", "__parameters__", "__abstractmethods__", "_abc_impl", "__init_subclass__"),
        *("__static_attributes__", "__firstlineno__", "__slotnames__", "__annotate__", "__annotate_func__"),
        *("__annotations_cache__", "__repr__", "__str__", "__eq__", "__hash__", "__class_getitem__"),
    }
)
"""Attributes that a class may override without affecting the serialization of its fields."""

_WRITING = frozenset({WRITE, "serialize", "get_value"})
WHOLE_OBJECT = frozenset({fields.Method, fields.Function})

_SEES_THROUGH = "beastmode.query.show.passing"
"""The class with our own `dump`, which passes on what is already serialized, and leaves the rest to marshmallow."""
_SCHEMA_METHODS = ("dump", *DUMPING, "get_attribute", "dict_class")

_TEXTS = frozenset(
    {sa.String, sa.Text, sa.Unicode, sa.UnicodeText, sa.VARCHAR, sa.TEXT, sa.CHAR, sa.NVARCHAR, sa.NCHAR, sa.CLOB}
)
_INTEGERS = frozenset({sa.Integer, sa.SmallInteger, sa.BigInteger, sa.INTEGER, sa.SMALLINT, sa.BIGINT})
_FLOATS = frozenset({sa.Float, sa.Double, sa.FLOAT, sa.REAL, sa.DOUBLE, sa.DOUBLE_PRECISION})
_MOMENTS = frozenset({UtcDateTime})

_SAME: Mapping[type[fields.Field[Any]], frozenset[type[TypeEngine[Any]]]] = {
    fields.String: _TEXTS,
    fields.Url: _TEXTS,
    fields.Email: _TEXTS,
    fields.Integer: _INTEGERS,
    fields.Float: _FLOATS,
    fields.Boolean: frozenset({sa.Boolean, sa.BOOLEAN}),
    # Datetimes of other columns may have UTC offsets with seconds, as before 1900: orjson rounds those.
    fields.DateTime: _MOMENTS,
    fields.NaiveDateTime: _MOMENTS,
    fields.AwareDateTime: _MOMENTS,
    fields.Date: frozenset({sa.Date, sa.DATE}),
    fields.UUID: frozenset({sa.Uuid, sa.UUID}),
}
"""The columns whose values orjson writes exactly as the field does.

Time is not included: orjson 3.13 writes 00:00:00.010000 as "00:00:00.10000".
"""

_UNCHANGED = frozenset({fields.Field, fields.Raw}) | (
    # Before marshmallow 4, a boolean is converted, whatever the value was.
    frozenset() if writes_by_itself(fields.Boolean) else frozenset({fields.Boolean})
)
"""The fields that return any value unchanged."""


class SeesThrough:
    """Wraps the serialization of a field, without changing its result.

    Args:
        field: The field.

    Attributes:
        plain: The wrapped method, which marshmallow itself would call.
    """

    def __init__(self, field: Any) -> None:
        self.field = field
        self.given = own_writer(field)
        self.plain: Any = writer_of(field)

    def stand_before(self) -> None:
        """Replace the method that marshmallow calls."""
        set_writer(self.field, self)

    def step_aside(self) -> None:
        """Restore the field, unless something else has wrapped it in the meantime."""
        if own_writer(self.field) is self:
            if self.given is None:
                remove_own_writer(self.field)
            else:
                set_writer(self.field, self.given)


def has_before(field: Any, kind: type[SeesThrough]) -> bool:
    """Whether a field is already wrapped by this class."""
    writer = own_writer(field)
    while isinstance(writer, SeesThrough) and not isinstance(writer, kind):
        writer = writer.plain
    return isinstance(writer, kind)


def dumps_itself(schema: Schema) -> str | None:
    """Why a schema's `dump` may return more than its fields; None if it cannot.

    Args:
        schema: The schema, which may have hooks or override methods.
    """
    name = type(schema).__name__
    for hook in ("pre_dump", "post_dump"):
        if hooks_of(schema, hook):
            return f"{name} has a {hook} hook"
    for method in _SCHEMA_METHODS:
        own = getattr(type(schema), method)
        if own is not getattr(Schema, method) and getattr(own, "__module__", None) != _SEES_THROUGH:
            return f"{name} overrides {method}"
    return None


def kind_of(field: fields.Field[Any]) -> type[fields.Field[Any]] | None:
    """The marshmallow class that serializes a field's values; None if a class of the project affects it.

    Args:
        field: The field, bound to its schema; nested fields are checked too.
    """
    own = vars(field)
    if any(not isinstance(own[name], SeesThrough) for name in _WRITING & own.keys()):
        return None
    kinds = type(field).__mro__
    place = next((place for place, kind in enumerate(kinds) if kind.__module__ == _MARSHMALLOW), None)
    if place is None:
        return None
    nearest: type[fields.Field[Any]] = kinds[place]
    # marshmallow does not use names that it does not have.
    asked = {*dir(nearest), *own, "__getattr__"} - _READING
    if any(not asked.isdisjoint(vars(kind)) for kind in kinds[:place]):
        return None
    return nearest if all(is_plain(part) for part in parts_of(field)) else None


def is_plain(field: fields.Field[Any]) -> bool:
    """Whether the result of a field depends only on the value, and only on marshmallow's code."""
    kind = kind_of(field)
    return kind is not None and kind not in WHOLE_OBJECT


def parts_of(field: fields.Field[Any]) -> Iterator[fields.Field[Any]]:
    """The fields to which a field passes parts of its value; a nested schema sees only its own value."""
    if isinstance(field, fields.List):
        yield field.inner
    elif isinstance(field, fields.Tuple):
        yield from field.tuple_fields
    elif isinstance(field, fields.Mapping):
        yield from (part for part in (field.key_field, field.value_field) if part is not None)
    elif isinstance(field, fields.Enum):
        yield field.field


def lists_objects(field: fields.Field[Any]) -> bool:
    """Whether a field shows a list of nested schemas, which NESTED_LIMIT applies to.

    Args:
        field: The field, bound to its schema.
    """
    if isinstance(field, fields.List):
        return isinstance(field.inner, fields.Nested)
    return isinstance(field, fields.Nested) and bool(field.many or field.schema.many)


def passes(field: fields.Field[Any], column: TypeEngine[Any]) -> bool:
    """Whether a column's values can be passed through unchanged, with the same JSON as from the field.

    Args:
        field: The field, bound to its schema.
        column: The type of the column.
    """
    kind = kind_of(field)
    if kind is None or kind in _UNCHANGED:
        return kind is not None
    if getattr(field, "as_string", False) or getattr(field, "format", None) not in {None, "iso", "iso8601"}:
        return False
    types = [column, *types_by_database(column).values()]
    return all(type(each) in _SAME.get(kind, ()) and _is_usual(each) for each in types)


def _is_usual(column: TypeEngine[Any]) -> bool:
    """Whether a column's type has no option that changes the Python type of its values."""
    return not getattr(column, "asdecimal", False) and bool(getattr(column, "as_uuid", True))
