"""The filters of a list: declared columns with declared operators."""

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, Range
from sqlalchemy.orm import InstrumentedAttribute

from beastmode.api.moments import IN_REACH
from beastmode.api.schema import NO_NUL
from beastmode.core.errors import ConfigurationError
from beastmode.query.keys import bound_of
from beastmode.query.lists.page import Condition, Operator

_OF_TEXT = {"contains", "startswith"}
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Filter:
    """A column that a list can be filtered by.

    Args:
        column: The mapped attribute.
        operators: The allowed operators: `eq` as `?name=`, any other as `?name__operator=`.
    """

    column: InstrumentedAttribute[Any]
    operators: tuple[Operator, ...] = ("eq",)


class _WholeNumber(fields.Integer):
    """An integer in ASCII digits, and nothing else that Python's int() would accept."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) and not _INTEGER.fullmatch(value):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class _AwareMoment(fields.AwareDateTime):
    """A datetime with an offset (`Z`, `+02:00`); without one it is refused, because it is ambiguous."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        # In a query string a plus sign is a space: "2026-01-01T00:00:00+00:00" arrives with one.
        return super()._deserialize(value.replace(" ", "+") if isinstance(value, str) else value, attr, data, **kwargs)


def field_of(column: InstrumentedAttribute[Any]) -> fields.Field[Any]:
    """The field that reads values of a column from a query string, with the limits of the column.

    Args:
        column: The mapped attribute.

    Raises:
        ConfigurationError: Values of the column's type cannot be written in a query string.
    """
    kind = column.type.python_type
    if kind is int:
        bound = bound_of(column.type)
        return _WholeNumber(validate=Range(-bound, bound - 1))
    if kind is str:
        return fields.String(validate=[NO_NUL, Length(max=1000)])
    if issubclass(kind, enum.Enum):
        return fields.Enum(kind)
    simple: dict[type, fields.Field[Any]] = {
        bool: fields.Boolean(truthy={"true"}, falsy={"false"}),
        float: fields.Float(),
        Decimal: fields.Decimal(),
        datetime: _AwareMoment(validate=IN_REACH),
        date: fields.Date(),
        time: fields.Time(),
        UUID: fields.UUID(),
    }
    if kind not in simple:
        raise ConfigurationError(
            f"A list cannot be sorted or filtered by {column}: {kind.__name__} cannot be written as a string."
        )
    return simple[kind]


def filter_fields(filters: dict[str, Filter]) -> dict[str, tuple[Condition, fields.Field[Any]]]:
    """The condition of each filter parameter, and the field that reads its value.

    Args:
        filters: By parameter name.
    """
    readers = {}
    for name, declared in filters.items():
        for operator in declared.operators:
            field = field_of(declared.column)
            if operator in _OF_TEXT and not isinstance(field, fields.String):
                raise ConfigurationError(
                    f"A list cannot be filtered by {declared.column} {operator}: the column is not a string."
                )
            if operator == "in":
                field = _Several(field)
            readers[name if operator == "eq" else f"{name}__{operator}"] = (Condition(declared.column, operator), field)
    return readers


class _Several(fields.Field[tuple[Any, ...]]):
    """Up to 100 comma-separated values."""

    def __init__(self, inner: fields.Field[Any]) -> None:
        super().__init__()
        self.inner = inner

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[Any, ...]:
        words = str(value).split(",")
        if len(words) > 100:
            raise ValidationError("Must not have more than 100 values.")
        return tuple(self.inner.deserialize(word) for word in words)


def named(columns: Iterable[InstrumentedAttribute[Any]]) -> dict[str, InstrumentedAttribute[Any]]:
    """Columns by name."""
    return {column.key: column for column in columns}
