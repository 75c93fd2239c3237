"""Common mistakes in what a view returns, and what to return instead."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.engine import Result
from sqlalchemy.orm import Query
from werkzeug.exceptions import HTTPException

from beastmode.api.route import Route
from beastmode.core.callables import deferred_result

_SINGLE = (str, bytes, bytearray, int, float, complex, Decimal, date, time)
"""Types without fields that a schema could show."""


def refuse_mistake(route: Route, result: Any) -> None:
    """Refuse results that make no sense as a response, whatever the route declares.

    Args:
        route: Whose view it was.
        result: What it returned.

    Raises:
        TypeError: It is a tuple, a query that was not executed, an exception that was not raised, or a coroutine.
    """
    if isinstance(result, tuple) and not hasattr(result, "_fields"):
        raise TypeError(
            f"{route} returned a tuple; to set a status or headers, return Answer(data, status=...). Declare a status "
            "that never changes on the route: status=201. For several items, return a list."
        )
    if isinstance(result, ClauseElement | Query):
        raise TypeError(f"{route} returned {_a_query(result)}, which was not executed; {_instead_of_a_query(route)}")
    if isinstance(result, HTTPException):
        raise TypeError(f"{route} returned {type(result).__name__}; raise it.")
    if (kind := deferred_result(result)) and kind != "a generator":
        raise TypeError(
            f"{route} returned {kind}: a decorator hides that the view is async def; make the decorator await it."
        )


def _a_query(result: Any) -> str:
    name = type(result).__name__
    return f"a {name.lower()}()" if isinstance(result, ClauseElement) else f"a {name}"


def _instead_of_a_query(route: Route) -> str:
    schema = "Schema" if route.returns is None else type(route.returns).__name__
    return f"return loading({schema}, Model).where(...), or execute it: db.session.scalars(...).all()."


def refuse_shapeless(route: Route, value: Any, *, many: bool) -> None:
    """Refuse results that a schema would show as an empty object, or as a list of empty objects.

    Args:
        route: Whose view it was.
        value: What it returned.
        many: Whether it should be a list.

    Raises:
        TypeError: It has no fields, or is not a list although one is declared.
    """
    if value is None:
        raise TypeError(
            f"{route} returned None, but declares returns=; if the item does not exist, raise Problem(404, ...)."
        )
    schema = type(route.returns).__name__
    if not many and (isinstance(value, _SINGLE) or (isinstance(value, Result) and not isinstance(value, Mapping))):
        raise TypeError(
            f"{route} returned {_found(value)}, but declares the schema {schema}; return a dict, an object or a "
            "loading."
        )
    if many and (isinstance(value, (*_SINGLE, Mapping)) or not isinstance(value, Iterable)):
        raise TypeError(f"{route} returned {_found(value)}, but declares a list of {schema}; return a list.")


def items_of(route: Route, result: Any) -> list[Any]:
    """The items that a view with `listing=` returned instead of a loading, as a list.

    Args:
        route: Whose view it was.
        result: What it returned.

    Raises:
        TypeError: It is not a list.
    """
    refuse_shapeless(route, result, many=True)
    return result if isinstance(result, list) else list(result)


def _found(value: Any) -> str:
    return f"a value of type {type(value).__name__}"
