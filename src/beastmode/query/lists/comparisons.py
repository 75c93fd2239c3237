"""Filters as SQL with the same meaning on SQLite and PostgreSQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, bindparam, false, func, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from beastmode.query.lists.page import Condition, Operator

_TEXT_OPERATORS = frozenset({"contains", "startswith"})


@dataclass(frozen=True, slots=True)
class ConditionShape:
    """The part of a condition that a statement depends on.

    Args:
        attribute: The name of the column's attribute.
        operator: How it is compared.
        with_null: Whether it is compared with NULL, or NULL is one of the values.
    """

    attribute: str
    operator: Operator
    with_null: bool


class _TextPosition(FunctionElement[int]):
    """The position of the second string in the first, from 1; 0 if there is none. LIKE would ignore case on SQLite."""

    type = Integer()
    inherit_cache = True


@compiles(_TextPosition)
def _strpos(element: _TextPosition, compiler: Any, **options: Any) -> str:
    """PostgreSQL's name for it."""
    return f"strpos({compiler.process(element.clauses, **options)})"


@compiles(_TextPosition, "sqlite")
def _instr(element: _TextPosition, compiler: Any, **options: Any) -> str:
    """SQLite's name for it."""
    return f"instr({compiler.process(element.clauses, **options)})"


def read_condition(mapper: Mapper[Any], condition: Condition, value: Any) -> tuple[ConditionShape, Any]:
    """A condition, and the value for its parameter.

    Args:
        mapper: The model's mapper.
        condition: The condition.
        value: What it compares with.

    Raises:
        ValueError: The column does not belong to the model, or is not a string column although the operator needs one.
    """
    name, operator = column_named(mapper, condition.column), condition.operator
    if operator not in _SQL:
        raise ValueError(f"{operator!r} is not an operator; expected one of {', '.join(_SQL)}.")
    if operator in _TEXT_OPERATORS and mapper.column_attrs[name].columns[0].type.python_type is not str:
        raise ValueError(f"{condition.column} is not a string column; {operator!r} requires one.")
    if operator == "in":
        known = [each for each in value if each is not None]
        return ConditionShape(name, operator, len(known) < len(value)), known
    return ConditionShape(name, operator, value is None), value


def compare(entity: Any, comparison: ConditionShape, parameter: str) -> ColumnElement[bool]:
    """A comparison as SQL.

    Args:
        entity: The model, or an alias of it.
        comparison: The comparison.
        parameter: The name of the parameter with the value.
    """
    column = getattr(entity, comparison.attribute)
    if comparison.operator == "in":
        comparison_of_values: ColumnElement[bool] = column.in_(bindparam(parameter, expanding=True))
        return or_(comparison_of_values, column.is_(None)) if comparison.with_null else comparison_of_values
    if comparison.with_null:
        with_null: dict[str, ColumnElement[bool]] = {"eq": column.is_(None), "ne": column.is_not(None)}
        return with_null.get(comparison.operator, false())
    return _SQL[comparison.operator](column, bindparam(parameter, type_=column.type))


def _differs(column: Any, value: Any) -> ColumnElement[bool]:
    """The condition that a column has another value, or NULL."""
    unequal: ColumnElement[bool] = column != value
    return or_(unequal, column.is_(None)) if is_nullable(column) else unequal


def is_nullable(column: Any) -> bool:
    """Whether a column may be NULL; an expression always may."""
    return bool(getattr(column.property.columns[0], "nullable", True))


_SQL: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": lambda column, value: column == value,
    "ne": _differs,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "in": lambda column, value: column.in_(value),
    "contains": lambda column, value: _TextPosition(column, value) > 0,
    "startswith": lambda column, value: func.substr(column, 1, func.length(value)) == value,
}
"""The operators, for a value that is not NULL."""


def column_named(mapper: Mapper[Any], column: Any) -> str:
    """The name of a model's column.

    Args:
        mapper: The model's mapper.
        column: One of its mapped attributes.

    Raises:
        ValueError: It is not one.
    """
    name: str = getattr(column, "key", "")
    if name not in mapper.column_attrs or not issubclass(mapper.class_, getattr(column, "class_", type(None))):
        raise ValueError(f"{column} is not a column of {mapper.class_.__name__}; sort and filter by its own columns.")
    return name
