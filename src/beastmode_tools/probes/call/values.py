"""Values that a column takes: as small as it may be, and as great as it may be."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import itertools
import uuid
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

__all__ = ["UNKNOWN", "value_for"]

UNKNOWN = object()
"""No value of this type can be made up."""

LONGEST_TEXT = 300
"""A full text for a column without a limit: longer than VARCHAR(255), which another schema may have for it."""
NUMBERS = itertools.count(7001)
MOMENT = dt.datetime(2031, 5, 17, 10, 30, 15)  # noqa: DTZ001 - columns without a zone take it, too

MADE: dict[type, Any] = {
    bool: lambda _number: True,
    dt.datetime: lambda number: MOMENT + dt.timedelta(seconds=number),
    dt.date: lambda number: MOMENT.date() + dt.timedelta(days=number % 3000),
    dt.time: lambda _number: MOMENT.time(),
    dt.timedelta: lambda number: dt.timedelta(seconds=number),
    uuid.UUID: lambda number: uuid.UUID(int=(0xBEA5 << 112) + number),
    dict: lambda number: {"number": number},
    list: lambda _number: [],
}


def value_for(kind: Any, *, full: bool, inner: bool = False) -> Any:
    """A value of a column's type that no earlier call gave; `UNKNOWN` where the type says too little.

    Args:
        kind: SQLAlchemy's type.
        full: As long and as great as the type allows, instead of short and small.
        inner: It is the type that a decorated type is stored as.
    """
    number = next(NUMBERS)
    if getattr(kind, "enums", None):
        return enum_value(kind, full=full)
    if hasattr(kind, "item_type"):
        return as_list(kind, full=full)
    name = type(kind).__name__.upper()
    if "JSON" in name:
        return {"number": number}
    if hasattr(kind, "impl") and hasattr(kind, "process_bind_param") and not inner:
        return decorated(kind, full=full)
    return by_python(kind, number, full=full)


def enum_value(kind: Any, *, full: bool) -> Any:
    """The first or the last of an enum's values, as Python writes it."""
    choices = list(kind.enum_class) if getattr(kind, "enum_class", None) else list(kind.enums)
    return choices[-1 if full else 0]


def as_list(kind: Any, *, full: bool) -> Any:
    """An array of one."""
    value = value_for(kind.item_type, full=full)
    return UNKNOWN if value is UNKNOWN else [value]


def decorated(kind: Any, *, full: bool) -> Any:
    """A value that the decorated type can bind: one of those that the type behind it takes, if its own code does."""
    value = value_for(kind.impl if not isinstance(kind.impl, type) else kind.impl(), full=full)
    candidates = [value]
    if isinstance(value, dt.datetime):
        candidates.append(value.replace(tzinfo=dt.timezone.utc))
    if isinstance(value, bytes):
        candidates.append(value.decode())
    if isinstance(value, str):
        candidates += [
            {"number": next(NUMBERS)},
            [],
            uuid.UUID(int=next(NUMBERS)),
            "b{}@example.com".format(next(NUMBERS)),
        ]
    for candidate in candidates:
        try:
            bound = kind.process_bind_param(candidate, DefaultDialect())
        except Exception:
            continue
        if bound is None or isinstance(bound, (type(value), str)):
            return candidate
    return UNKNOWN


def by_python(kind: Any, number: int, *, full: bool) -> Any:
    """A value of the Python type that the column's type names."""
    try:
        python = kind.python_type
    except (NotImplementedError, AttributeError):
        return UNKNOWN
    if python is int:
        return largest(kind) - number if full else number
    if python in (float, decimal.Decimal):
        return numeric(kind, number, python, full=full)
    if python in (str, bytes):
        words = text(getattr(kind, "length", None), number, full=full)
        return words if python is str else words.encode()
    if isinstance(python, type) and issubclass(python, enum.Enum):
        return next(iter(python))
    make = MADE.get(python)
    return UNKNOWN if make is None else make(number)


def largest(kind: Any) -> int:
    """The greatest number that an integer column of the type holds anywhere."""
    name = type(kind).__name__.upper()
    if "SMALL" in name:
        return 2**15 - 1
    return 2**63 - 1 if "BIG" in name else 2**31 - 1


def numeric(kind: Any, number: int, python: type, *, full: bool) -> Any:
    """A number with a fraction, as long as the column's precision allows."""
    precision, scale = getattr(kind, "precision", None), getattr(kind, "scale", None)
    if python is float or not precision:
        return python(number) + (python("0.5") if full else python(0))
    digits = max(int(precision) - int(scale or 0), 0)
    whole = decimal.Decimal(10**digits - 1) if full else decimal.Decimal(min(number, 10**digits - 1))
    return whole + (decimal.Decimal(1).scaleb(-int(scale)) if full and scale else 0)


def text(length: int | None, number: int, *, full: bool) -> str:
    """Text that begins with a number of its own, so that it is unique as long as the column has the room."""
    most = LONGEST_TEXT if length is None else min(int(length), LONGEST_TEXT * 10)
    short = "b{}".format(number)[-most:]
    return short.ljust(most, "x") if full else short
