"""Values for columns that a test does not set: by type, the same in every run, different for each row."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    String,
    Time,
    TypeDecorator,
    Uuid,
)

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def example(column: Column[Any], name: str, number: int) -> Any:
    """A value that the column accepts.

    Args:
        column: The column.
        name: The name of its attribute, which strings begin with.
        number: Which row this is, from 1; rows with different numbers differ wherever the type has enough values.

    Raises:
        ValueError: No value is known for the type of the column.
    """
    kind: Any = column.type
    if isinstance(kind, TypeDecorator) and not isinstance(kind, Interval):
        kind = kind.impl_instance
    for known, make in _EXAMPLES:
        if isinstance(kind, known):
            return make(kind, name, number)
    raise ValueError(f"{column} needs a value, and none can be generated for the type {column.type!r}; pass one.")


def _text(kind: String, name: str, number: int) -> str:
    whole = f"{name} {number}"
    if kind.length is None or len(whole) <= kind.length:
        return whole
    return str(number).zfill(kind.length)[-kind.length :]


def _member(kind: Enum, _name: str, _number: int) -> Any:
    return kind.enums[0] if kind.enum_class is None else next(iter(kind.enum_class))


def _decimal(kind: Numeric[Any], _name: str, number: int) -> Decimal | float:
    if kind.precision is not None:  # of Numeric(4, 2) two digits stand before the point
        number %= 10 ** (kind.precision - (kind.scale or 0))
    return Decimal(number) if kind.asdecimal else float(number)


def _moment(kind: DateTime, _name: str, number: int) -> datetime:
    moment = _BEGINNING + timedelta(minutes=number)
    return moment if kind.timezone else moment.replace(tzinfo=None)


def _identifier(kind: Uuid[Any], _name: str, number: int) -> UUID | str:
    value = UUID(int=number)
    return value if kind.as_uuid else str(value)


# In this order: an Enum is a String too.
_EXAMPLES: tuple[tuple[type, Callable[[Any, str, int], Any]], ...] = (
    (Enum, _member),
    (String, _text),
    (Boolean, lambda *_: False),
    (Integer, lambda _kind, _name, number: number),
    (Float, lambda _kind, _name, number: float(number)),
    (Numeric, _decimal),
    (DateTime, _moment),
    (Date, lambda _kind, _name, number: _BEGINNING.date() + timedelta(days=number)),
    (Time, lambda _kind, _name, number: (_BEGINNING + timedelta(minutes=number)).time()),
    (Interval, lambda _kind, _name, number: timedelta(minutes=number)),
    (Uuid, _identifier),
    (LargeBinary, lambda _kind, name, number: f"{name} {number}".encode()),
    (JSON, lambda *_: {}),
    (ARRAY, lambda *_: []),
)
