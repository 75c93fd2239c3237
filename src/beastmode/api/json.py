"""JSON as the wire has it: strict when it comes in, fast when it goes out."""

import json
import re
from decimal import Decimal
from typing import Any

import orjson

from beastmode.core.errors import Problem
from beastmode.query.show.shown import AsShown

__all__ = ["read_json", "write_json"]

TEXTS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
BRACKETS = b"[]{}"
OTHERS = bytes(set(range(256)) - set(BRACKETS))
ALIKE = bytes.maketrans(b"{}", b"[]")


def read_json(raw: bytes, *, depth: int) -> Any:
    """What a JSON text says.

    Args:
        raw: The text, UTF-8.
        depth: How deep it may nest.

    Raises:
        Problem: 400, with the position where the text goes wrong: malformed, too deep, a key given twice.
    """
    # One bracket a level is the least: with fewer brackets than levels the exact, slower look is not needed.
    if raw.count(b"{") + raw.count(b"[") > depth and deepest(raw, depth) > depth:
        raise Problem(400, f"The JSON body nests deeper than {depth} levels.")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        message = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise Problem(400, message) from error
    # A key has one colon: where there are no more colons than keys, no key was swallowed by its double.
    colons = raw.count(b":")
    if colons and colons != count_keys(value):
        refuse_duplicates(raw)
    return value


def deepest(raw: bytes, enough: int) -> int:
    """How deep a text nests, brackets inside of strings apart; stops counting once it is more than enough."""
    # Level by level from the inside, at the speed of C: a megabyte of brackets one by one would take half a second.
    left = TEXTS.sub(b"", raw).translate(ALIKE, OTHERS)
    level = 0
    while level <= enough and b"[]" in left:
        left = left.replace(b"[]", b"")
        level += 1
    return level + left.count(b"[")


def count_keys(value: Any) -> int:
    if type(value) is dict:
        return len(value) + sum(count_keys(part) for part in value.values() if type(part) in (dict, list))
    if type(value) is list:
        return sum(count_keys(part) for part in value if type(part) in (dict, list))
    return 0


def refuse_duplicates(raw: bytes) -> None:
    def unique(pairs: list[tuple[str, Any]]) -> None:
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise Problem(400, f"The JSON body has the duplicate key {json.dumps(key[:100])}.")
            seen.add(key)

    # Only keys matter here, and Python's limit on digits would stop at a number that was already read.
    json.loads(raw, object_pairs_hook=unique, parse_int=len, parse_float=len)


def write_json(value: Any) -> bytes:
    """A value as JSON text: times as ISO 8601, decimals as text.

    Args:
        value: Plain values, as a schema's dump gives them.
    """
    try:
        return orjson.dumps(value, default=plain)
    except orjson.JSONEncodeError as error:
        # OverflowError is orjson's own, before 3.11, for a number beyond 64 bits.
        if error.__cause__ is not None and not isinstance(error.__cause__, TypeError | OverflowError):
            raise error.__cause__ from None  # a loading in the value could not be read
        # Whole numbers beyond 64 bits and lone surrogates, which orjson refuses; rare, so the slow writer will do.
        return json.dumps(value, default=slow_plain, separators=(",", ":"), allow_nan=False).encode()


def plain(value: Any) -> Any:
    if isinstance(value, AsShown):
        return value.shown().plain
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(
        f"A response contains a {type(value).__name__}, which JSON cannot represent; add a field for it to the schema."
    )


def slow_plain(value: Any) -> Any:
    """As orjson writes what the standard library cannot."""
    try:
        return orjson.loads(orjson.dumps(value, default=plain))
    except orjson.JSONEncodeError as error:
        raise TypeError(str(error)) from error
