"""The results of loadings, which are marked as serialized wherever they are passed."""

from collections.abc import Iterator
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from marshmallow import Schema, fields

from beastmode.query.plan.field_kinds import dumps_itself


class AsShown:
    """Something that is already serialized by a schema, or will be on demand: no schema needs to serialize it again."""

    __slots__ = ()

    def shown(self) -> "Dumped":
        """What was shown."""
        raise NotImplementedError


class Dumped(AsShown):
    """The serialized result of a loading, ready to be written as JSON.

    Attributes:
        plain: Plain values, and those that orjson writes as marshmallow would: datetimes, dates, UUIDs.
        schema: The schema that serialized them; None if a view created them itself.
        many: Whether it is a list of items.

    Args:
        data: The values.
        schema: The schema that serialized them.
        many: Whether it is a list of items; by default, whether the values are a list.
    """

    __slots__ = ("_is_marked", "many", "plain", "schema")

    def __init__(self, data: Any, schema: Schema | None = None, *, many: bool | None = None) -> None:
        self.plain = data
        self.schema = schema
        self.many = isinstance(data, list) if many is None else many
        self._is_marked = schema is None

    @property
    def data(self) -> Any:
        """The plain values, which a view can also return as part of something else."""
        if not self._is_marked:
            self._is_marked = True
            self.plain = marked(self.plain, self.schema)
        return self.plain

    def shown(self) -> "Dumped":
        """Itself."""
        return self

    def __iter__(self) -> Iterator["Dumped"]:
        """Each item of a list.

        Raises:
            TypeError: It is one item.
        """
        if not self.many or not isinstance(self.plain, list):
            raise TypeError(f"{self.named()} is one item, not a list; its values are in .data.")
        return (Dumped(each, self.schema, many=False) for each in self.plain)

    def __getattr__(self, name: str) -> NoReturn:
        """Raise an error that says where the values are.

        Raises:
            AttributeError: For special methods.
            TypeError: For any other name; marshmallow would omit the value after an AttributeError.
        """
        if name.startswith("_"):
            raise AttributeError(name, name=name, obj=self)
        raise TypeError(f"{self.named()} has no attribute {name!r}; its values are in .data.")

    def __eq__(self, other: object) -> bool:
        """Whether the values are equal."""
        return self.plain == other.plain if isinstance(other, Dumped) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # values can be changed

    def __repr__(self) -> str:
        """The values."""
        return f"Dumped({self.plain!r})"

    def named(self) -> str:
        """The name to use in messages."""
        return "Dumped" if self.schema is None else f"The result of loading({type(self.schema).__name__}, ...)"


class _ShownItem(AsShown, dict[str, Any]):
    """One item of the result of a loading, with its schema."""

    __slots__ = ("schema",)
    schema: Schema | None

    def shown(self) -> Dumped:
        """What was shown."""
        return Dumped(self, self.schema, many=False)

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        """Pickled, for example in a cache, it is a dict, because its schema may not be picklable."""
        return dict, (dict(self),)


class _ShownList(AsShown, list[Any]):
    """The items of the result of a loading, with their schema."""

    __slots__ = ("schema",)
    schema: Schema | None

    def shown(self) -> Dumped:
        """What was shown."""
        return Dumped(self, self.schema, many=True)

    def __reduce__(self) -> tuple[type, tuple[list[Any]]]:
        """As for an item."""
        return list, (list(self),)


_NESTED: WeakKeyDictionary[Schema, tuple[tuple[str, Schema], ...]] = WeakKeyDictionary()
"""The nested schemas of each schema, with their names in the output."""


def marked(value: Any, schema: Schema | None) -> Any:
    """A copy of a serialized value that is marked as such, and so are the parts of nested schemas."""
    if schema is None or isinstance(value, AsShown):
        return value
    if isinstance(value, list):
        shown = _ShownList(marked(each, schema) for each in value)
        shown.schema = schema
        return shown
    if not isinstance(value, dict):
        return value
    item = _ShownItem(value)
    item.schema = schema
    for key, nested in _nested_in(schema):
        if isinstance(item.get(key), dict | list):
            item[key] = marked(item[key], nested)
    return item


def _nested_in(schema: Schema) -> tuple[tuple[str, Schema], ...]:
    """The nested schemas of a schema, with their names in the output; none if hooks may have moved them."""
    pairs = _NESTED.get(schema)
    if pairs is None:
        shown = {} if dumps_itself(schema) else schema.dump_fields
        nested = ((name if f.data_key is None else f.data_key, schema_in(f)) for name, f in shown.items())
        pairs = _NESTED[schema] = tuple((key, inner) for key, inner in nested if inner is not None)
    return pairs


def schema_in(field: fields.Field[Any]) -> Schema | None:
    """The schema that serializes a field's value, or each item of it; None if there is none."""
    if isinstance(field, fields.List):
        return schema_in(field.inner)
    if isinstance(field, fields.Nested) and not isinstance(field, fields.Pluck):
        nested: Schema = field.schema
        return nested
    return None
