"""Paths of routes and operations: two of them are the same place whatever their parameters are called."""

import re

__all__ = ["as_template", "slashless", "unnamed"]

PARAMETER = re.compile(r"<[^<>]*>|\{[^{}]*\}")
"""`<int:id>` of a Flask rule, `{id}` of an OpenAPI document."""
ARGUMENT = re.compile(r"<(?:[^>]*:)?([^>:]*)>")


def unnamed(path: str) -> str:
    """A path without the names and converters of its parameters: `/users/{}`."""
    return PARAMETER.sub("{}", path)


def slashless(path: str) -> str:
    """The same without a slash at its end, which some documents leave out of the path of a Flask rule; "" for `/`."""
    return unnamed(path).rstrip("/")


def as_template(path: str) -> str:
    """A Flask rule as OpenAPI writes it: `/users/{id}` for `/users/<int:id>`."""
    return ARGUMENT.sub(r"{\1}", path)
