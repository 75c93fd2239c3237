"""Access to what is private in marshmallow."""

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, fields

__all__ = [
    "DUMPING",
    "READING",
    "RELIES_ON",
    "WRITE",
    "declared_field",
    "hooks_of",
    "own_writer",
    "plucked_key",
    "reader_of",
    "remove_own_writer",
    "set_reader",
    "set_writer",
    "writer_of",
    "writes_by_itself",
]

WRITE = "_serialize"
"""The method that serializes a value. Overriding it is documented; calling or replacing it is not."""

READING = frozenset({"_deserialize", "_validate", "_validated", "_validate_missing", "_make_object_from_format"})
"""The methods of a field that only deserialize: overriding one does not change what is serialized."""

DUMPING = ("_serialize", "_invoke_dump_processors")
"""The methods that `Schema.dump` calls."""

RELIES_ON: tuple[tuple[Any, str], ...] = (
    (fields.Field, WRITE),
    (fields.Field, "_deserialize"),
    (fields.Field, "_validate"),
    (fields.Field, "_validate_missing"),
    (fields.Number, "_validated"),
    (fields.DateTime, "_make_object_from_format"),
    (fields.Pluck, "_field_data_key"),
    *((Schema, name) for name in DUMPING),
    (Schema, "_hooks"),
    (Schema, "_declared_fields"),
)
"""Every private name that this module uses, with its owner."""


def writer_of(field: fields.Field[Any]) -> Callable[..., Any]:
    """The function that serializes a value of a field; the public `serialize` takes the object that has the value.

    Args:
        field: The field.
    """
    return field._serialize


def own_writer(field: fields.Field[Any]) -> Any:
    """The function that was set on this field with `set_writer`, or None.

    Args:
        field: The field.
    """
    return vars(field).get(WRITE)


def set_writer(field: Any, write: Any) -> None:
    """Replace the function that serializes the values of one field; publicly, only a subclass can.

    Args:
        field: The field.
        write: The new function.
    """
    field._serialize = write


def remove_own_writer(field: fields.Field[Any]) -> None:
    """Let a field serialize its values as its class does.

    Args:
        field: The field.
    """
    vars(field).pop(WRITE, None)


def writes_by_itself(kind: type[fields.Field[Any]]) -> bool:
    """Whether a field class defines its own serialization, rather than inheriting it.

    Args:
        kind: The class.
    """
    return WRITE in vars(kind)


def reader_of(field: fields.Field[Any]) -> Callable[..., Any]:
    """The function that deserializes a value of a field; the public `deserialize` also validates it.

    Args:
        field: The field.
    """
    return field._deserialize


def set_reader(field: Any, read: Callable[..., Any]) -> None:
    """Replace the function that deserializes the values of one field; publicly, only a subclass can.

    Args:
        field: The field.
        read: The new function.
    """
    field._deserialize = read


def hooks_of(schema: Schema, kind: str) -> list[tuple[Any, ...]]:
    """The hooks of a schema: the name of each method, whether it takes whole lists, and its options.

    The decorators mark the methods, but the marks are private as well.

    Args:
        schema: The schema.
        kind: The decorator's name, such as "post_dump".
    """
    hooks: list[tuple[Any, ...]] = schema._hooks[kind]
    return hooks


def declared_field(kind: type[Schema], name: str) -> Any:
    """A field as declared on the class, or None; the public `fields` of a schema are copies.

    Args:
        kind: The class.
        name: The field's name.
    """
    return kind._declared_fields.get(name)


def plucked_key(field: fields.Pluck) -> str:
    """The key of the plucked value in the output of the nested schema.

    Args:
        field: The field; its public `field_name` ignores the `data_key`.
    """
    return field._field_data_key
