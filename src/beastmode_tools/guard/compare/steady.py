"""Values that differ from one start of the same application to the next: compared with themselves first, then left out.

A random key, the time, a process id, the order of a set: between two sides they differ whatever the change did.
"""

import json
from typing import Any

__all__ = ["UNSTEADY", "steadied"]

UNSTEADY = "<another value at each start>"


def steadied(first: Any, second: Any) -> Any:
    """What one start showed, with a mark in place of every value that the next start showed otherwise.

    Args:
        first: JSON of a start.
        second: JSON of another start of the same side.
    """
    if isinstance(first, dict) and isinstance(second, dict):
        return {key: steadied(value, second[key]) for key, value in first.items() if key in second}
    if isinstance(first, list) and isinstance(second, list):
        return steadied_list(first, second)
    return first if same(first, second) else UNSTEADY


def steadied_list(first: list[Any], second: list[Any]) -> Any:
    """Place by place; in one order where only the order differs, and a mark for lists of which nothing stays."""
    if same(first, second):
        return first
    if len(first) != len(second):
        return UNSTEADY
    if sorted(map(written, first)) == sorted(map(written, second)):
        return sorted(first, key=written)
    return [steadied(one, other) for one, other in zip(first, second, strict=True)]


def same(first: Any, second: Any) -> bool:
    """Whether two values are the same JSON: to Python, 1 and true are equal."""
    return written(first) == written(second)


def written(value: Any) -> str:
    """A value as JSON."""
    return json.dumps(value, sort_keys=True, default=str)
