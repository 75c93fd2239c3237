"""Schemas pass on what is already serialized, so nothing is serialized twice."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from marshmallow import Schema, fields, missing

from beastmode.query.plan.field_kinds import SeesThrough, dumps_itself, has_before, parts_of
from beastmode.query.private_marshmallow import hooks_of, plucked_key
from beastmode.query.show.fitting import fitted, key_of
from beastmode.query.show.shown import AsShown

Dump: TypeAlias = Callable[[Any], Any]


def show(schema: Schema, value: Any, dump: Dump, *, many: bool) -> Any:
    """What a schema shows of a value, parts of which may already be serialized.

    Args:
        schema: The schema.
        value: An item, or several.
        dump: marshmallow's own, for what is not serialized yet.
        many: Whether it is a list.

    Raises:
        TypeError: A part was serialized by a schema that shows something else.
    """
    if isinstance(value, AsShown):
        return fitted(schema, value.shown(), many=many)
    if not many:
        _refuse_values_of(schema, value)
        return dump(value)
    if isinstance(value, Iterator):
        value = list(value)
    if not isinstance(value, list | tuple):
        return dump(value)
    if not any(isinstance(each, AsShown) for each in value):
        for each in value if _renamed_in(schema) else ():
            _refuse_values_of(schema, each)
        return dump(value)
    _refuse_hooks_for_lists(schema)
    return [show(schema, each, lambda one: schema.dump(one, many=False), many=False) for each in value]


def _refuse_hooks_for_lists(schema: Schema) -> None:
    for hook in ("pre_dump", "post_dump"):
        if any(is_for_lists for _, is_for_lists, _ in hooks_of(schema, hook)):
            raise TypeError(
                f"{type(schema).__name__} has a {hook} hook for whole lists, but received individual items that are "
                "already serialized; return the loading itself, or the result of its all()."
            )


_Renamed: TypeAlias = tuple[tuple[str, str], ...]
_RENAMED: WeakKeyDictionary[Schema, _Renamed] = WeakKeyDictionary()


def _renamed_in(schema: Schema) -> _Renamed:
    """The attribute and the output name of each field for which they differ; none if a hook reads first."""
    renamed = _RENAMED.get(schema)
    if renamed is None:
        needed = {} if dumps_itself(schema) else schema.dump_fields
        needed = {name: field for name, field in needed.items() if field.dump_default is missing}
        pairs = ((_read_by(name, field).partition(".")[0], key_of(name, field)) for name, field in needed.items())
        renamed = _RENAMED[schema] = tuple((read, key) for read, key in pairs if read != key)
    return renamed


def _read_by(name: str, field: fields.Field[Any]) -> str:
    return name if field.attribute is None else field.attribute


def _refuse_values_of(schema: Schema, value: Any) -> None:
    """Refuse a dict that seems to be built from the result of a loading: marshmallow would omit missing values.

    Raises:
        TypeError: It is one.
    """
    if type(value) is not dict:
        return
    for read, key in _renamed_in(schema):
        if key in value and read not in value:
            raise TypeError(
                f"{type(schema).__name__} writes {read!r} as {key!r}, but received a dict with {key!r} and without "
                f"{read!r}. The result of a loading is already serialized: return it unchanged, or wrap the changed "
                "dict in Dumped(...)."
            )


class ShowsOnce(Schema):
    """A schema that passes on what is already serialized."""

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """Serialize an object, or several.

        Args:
            obj: The object; a loading, or its result, is passed on.
            many: Whether it is several; None for the schema's own setting.

        Raises:
            TypeError: The result of a loading was serialized by a schema that shows something else.
        """
        several = bool(self.many if many is None else many)
        return show(self, obj, lambda value: super(ShowsOnce, self).dump(value, many=several), many=several)


class _Passing(SeesThrough):
    """The serialization of a nested schema by a field, if the schema is marshmallow's own and would serialize twice.

    Args:
        field: The field.
    """

    def __init__(self, field: fields.Nested) -> None:
        super().__init__(field)
        self.is_watched = False

    def __call__(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        """What the field shows of a value."""
        field, schema = self.field, self.field.schema
        if isinstance(schema, ShowsOnce):
            self.step_aside()  # its own dump does it
            return self.plain(value, attr, obj, **options)
        if not self.is_watched:
            watch(schema)
            self.is_watched = True
        if value is None:
            return None
        many = bool(schema.many or field.many)
        if not isinstance(field, fields.Pluck):
            return show(schema, value, lambda each: self.plain(each, attr, obj, **options), many=many)
        shown = show(schema, value, lambda each: schema.dump(each, many=many), many=many)
        key = plucked_key(field)
        return [each[key] for each in shown] if field.many else shown[key]


def watch(schema: Schema) -> None:
    """Make the fields of a schema pass on what is already serialized.

    Nested ones follow on first use, because a schema may nest itself endlessly.

    Args:
        schema: The schema.
    """
    for field in schema.dump_fields.values():
        watch_field(field)


def watch_field(field: Any) -> None:
    """Make a field, and those nested in it, pass on what is already serialized."""
    if isinstance(field, fields.Nested) and not has_before(field, _Passing):
        _Passing(field).stand_before()
    for each in parts_of(field):
        watch_field(each)
