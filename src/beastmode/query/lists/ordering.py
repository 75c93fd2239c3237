"""The order of a list, and the comparison that finds the rows after a given one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import and_, bindparam, false, or_, tuple_
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import ColumnElement, operators
from sqlalchemy.sql.elements import UnaryExpression

from beastmode.core.errors import ConfigurationError
from beastmode.db.private_sqlalchemy import annotations_of
from beastmode.query.lists.comparisons import column_named, is_nullable
from beastmode.query.lists.page import Ordering


@dataclass(frozen=True, slots=True)
class _Placed:
    """One column of a sort order.

    Args:
        attribute: The name of the column's attribute.
        descending: Whether the largest comes first.
        nullable: Whether it may be NULL, which comes last.
    """

    attribute: str
    descending: bool
    nullable: bool


Order: TypeAlias = tuple[_Placed, ...]
"""Columns that give every two rows a definite order."""


def complete(mapper: Mapper[Any], orderings: Iterable[Ordering]) -> Order:
    """A complete order: the primary key is added if necessary.

    Args:
        mapper: The model's mapper.
        orderings: The requested order.

    Raises:
        ValueError: A column does not belong to the model.
    """
    chosen: dict[str, bool] = {}
    for each in orderings:
        chosen.setdefault(column_named(mapper, each.column), each.descending)
    keys = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
    if len(keys) == 1 and keys[0] in chosen:
        names = list(chosen)
        # Columns after the primary key make no difference.
        chosen = {name: chosen[name] for name in names[: names.index(keys[0]) + 1]}
    chosen |= {key: False for key in keys if key not in chosen}
    return tuple(
        _Placed(name, descending, is_nullable(getattr(mapper.class_, name))) for name, descending in chosen.items()
    )


def orderings_of(mapper: Mapper[Any], columns: Iterable[Any]) -> tuple[Ordering, ...]:
    """The arguments of `order_by`, as orderings for keyset pagination.

    Args:
        mapper: The model's mapper.
        columns: Mapped attributes, optionally with desc().

    Raises:
        ConfigurationError: One is any other expression.
    """
    orderings = []
    for column in columns:
        descending, inner = False, column
        while isinstance(inner, UnaryExpression) and inner.modifier in _DIRECTIONS:
            descending, inner = _DIRECTIONS[inner.modifier] or descending, inner.element
        name = annotations_of(inner).get("proxy_key", getattr(inner, "key", ""))
        if name not in mapper.column_attrs:
            raise ConfigurationError(
                f"A page cannot be ordered by {column}; expected columns of {mapper.class_.__name__}."
            )
        orderings.append(Ordering(getattr(mapper.class_, name), descending))
    return tuple(orderings)


_DIRECTIONS = {operators.desc_op: True, operators.asc_op: False, operators.nulls_last_op: False}


def sorting(entity: Any, order: Order, *, backwards: bool = False) -> list[ColumnElement[Any]]:
    """An order as SQL, with NULL last; or the exact reverse.

    Args:
        entity: The model, or an alias of it.
        order: The order.
        backwards: Whether to reverse the order.
    """
    columns = []
    for placed in order:
        column = getattr(entity, placed.attribute)
        directed = column.desc() if placed.descending is not backwards else column.asc()
        if placed.nullable:
            directed = directed.nulls_first() if backwards else directed.nulls_last()
        columns.append(directed)
    return columns


def beyond(entity: Any, order: Order, nulls: tuple[bool, ...], *, backwards: bool) -> ColumnElement[bool]:
    """The condition for rows after the position in the parameters `_at0`, `_at1`, and so on.

    Args:
        entity: The model, or an alias of it.
        order: The order.
        nulls: Which values of the position are NULL.
        backwards: Whether to find rows before the position instead.
    """
    columns = [getattr(entity, placed.attribute) for placed in order]
    values = [bindparam(f"_at{index}", type_=column.type) for index, column in enumerate(columns)]
    is_uniform = len({placed.descending for placed in order}) == 1 and not any(placed.nullable for placed in order)
    if is_uniform:
        # An index serves this as one range.
        left, right = (tuple_(*columns), tuple_(*values)) if len(columns) > 1 else (columns[0], values[0])
        return left < right if order[0].descending is not backwards else left > right
    steps: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for placed, column, value, is_null in zip(order, columns, values, nulls, strict=True):
        steps.append(and_(*equal, _step(placed, column, None if is_null else value, backwards=backwards)))
        equal.append(column.is_(None) if is_null else column == value)
    return and_(*_start(order[0], columns[0], values[0], backwards=backwards), or_(*steps))


def _step(placed: _Placed, column: Any, value: Any, *, backwards: bool) -> ColumnElement[bool]:
    """The condition that one column comes after a value, or after NULL.

    Args:
        placed: How the column is ordered.
        column: The column.
        value: The value; None for NULL.
        backwards: Whether to find values before it instead.
    """
    if value is None:
        return column.is_not(None) if backwards else false()
    is_past: ColumnElement[bool] = column < value if placed.descending is not backwards else column > value
    return or_(is_past, column.is_(None)) if placed.nullable and not backwards else is_past


def _start(placed: _Placed, column: Any, value: Any, *, backwards: bool) -> list[ColumnElement[bool]]:
    """A condition on the first column that an index can use; it is implied by the other conditions."""
    if placed.nullable:
        return []
    return [column <= value if placed.descending is not backwards else column >= value]


def read_key(mapper: Mapper[Any], order: Order, key: tuple[Any, ...]) -> dict[str, Any]:
    """The parameters of a position.

    Args:
        mapper: The model's mapper.
        order: The order.
        key: A value for each column; strings of types that JSON does not have are parsed.

    Raises:
        ValueError: The key belongs to another order.
    """
    if len(key) != len(order):
        raise ValueError(f"A key of this sort order has {len(order)} values; found {len(key)}.")
    params = {}
    for index, (placed, value) in enumerate(zip(order, key, strict=True)):
        if value is None and not placed.nullable:
            raise ValueError(f"{placed.attribute} is never NULL; the key belongs to another sort order.")
        params[f"_at{index}"] = _revived(_type_of(mapper, placed), value)
    return params


def _revived(kind: type[Any], value: Any) -> Any:
    """A value of a column's type, from its JSON form."""
    if issubclass(kind, Enum) and value is not None and not isinstance(value, kind):
        return kind(value)
    read = _FROM_TEXT.get(kind) if isinstance(value, str) else None
    return value if read is None else read(value)


def _type_of(mapper: Mapper[Any], placed: _Placed) -> type[Any]:
    """The Python type of the values of a column."""
    try:
        kind: type[Any] = mapper.column_attrs[placed.attribute].columns[0].type.python_type
    except NotImplementedError:
        return object
    return kind


_FROM_TEXT: Mapping[type[Any], Callable[[str], Any]] = {
    UUID: UUID,
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
}
