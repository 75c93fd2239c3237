"""The different values of an indexed column, found by one look into the index for each, however many rows there are."""

from typing import Any

from sqlalchemy import ColumnElement, func, select


def values_after(column: Any, condition: ColumnElement[bool], last: str = "") -> ColumnElement[Any]:
    """The column of a recursive query that has the different values of a column, in order, and then NULL.

    Args:
        column: A column of text, which comes next in an index of the rows for which the condition is true.
        condition: Which rows count.
        last: Only greater values are found.
    """

    def least(value: Any) -> Any:
        return select(func.min(column).label("value")).where(condition, column > value)

    values = least(last).cte("different", recursive=True)
    values = values.union_all(select(least(values.c.value).scalar_subquery()).where(values.c.value.is_not(None)))
    value: ColumnElement[Any] = values.c.value
    return value
