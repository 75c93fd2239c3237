"""How to move around in an OpenAPI document that nobody has validated."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

__all__ = ["METHODS", "followed", "found_at", "listing", "mapping"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
LONGEST_CHAIN = 50
"""References to references are two or three long where tools write them; a longer chain is a circle."""
LONGEST_INDEX = 9
"""Digits of a place in an array; no document has a billion items, and `int` of a very long text takes its time."""
NOTHING: dict[str, Any] = {}


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is an object, else an empty one: documents are not trusted to be valid."""
    return value if isinstance(value, dict) else NOTHING


def listing(value: Any) -> list[Any]:
    """The value where it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def followed(value: Any, target: Callable[[str], Any]) -> dict[str, Any]:
    """The object behind a chain of references; the last reference where it leaves the document or has no end.

    Args:
        value: The object, or a reference to it.
        target: What one reference points at; None where that is nothing.
    """
    for _ in range(LONGEST_CHAIN):
        if not isinstance(value, dict):
            return NOTHING
        ref = value.get("$ref")
        if not isinstance(ref, str):
            return value
        found = target(ref)
        if not isinstance(found, dict):
            return {"$ref": ref}
        value = found
    return {"$ref": "#/without-end"}


def found_at(data: Any, ref: str) -> Any:
    """The value at a JSON pointer within the document (RFC 6901); None where there is none, or it lies outside."""
    if ref == "#":
        return data
    if not ref.startswith("#/"):
        return None
    for raw in ref[2:].split("/"):
        part = unquote(raw).replace("~1", "/").replace("~0", "~")
        if isinstance(data, list) and part.isdecimal() and len(part) <= LONGEST_INDEX and int(part) < len(data):
            data = data[int(part)]
        elif isinstance(data, dict) and part in data:
            data = data[part]
        else:
            return None
    return data
