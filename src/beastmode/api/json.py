"""Reading JSON strictly, and writing it fast."""

import json
import re
from decimal import Decimal
from typing import Any

import orjson

from beastmode.core.errors import Problem
from beastmode.query.show.shown import AsShown

_TEXTS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BRACKETS = b"[]{}"
_OTHERS = bytes(set(range(256)) - set(_BRACKETS))
_ALIKE = bytes.maketrans(b"{}", b"[]")


def read_json(raw: bytes, *, depth: int) -> Any:
    """The value of a JSON document.

    Args:
        raw: The document, in UTF-8.
        depth: The maximum nesting depth.

    Raises:
        Problem: 400 if it is malformed (with the position), nests too deep, or has a duplicate key.
    """
    # Each level has at least one bracket: with fewer brackets than levels, the exact and slower check is not needed.
    if raw.count(b"{") + raw.count(b"[") > depth and deepest(raw, depth) > depth:
        raise Problem(400, f"The JSON body nests deeper than {depth} levels.")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        message = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise Problem(400, message) from error
    # Each key has one colon: if there are no more colons than keys, there is no duplicate key.
    colons = raw.count(b":")
    if colons and colons != _count_keys(value):
        _refuse_duplicates(raw)
    return value


def deepest(raw: bytes, enough: int) -> int:
    """The nesting depth of a document, without brackets in strings; stops counting once it is too deep."""
    # Level by level from the inside, in C: a megabyte of brackets one by one would take half a second.
    left = _TEXTS.sub(b"", raw).translate(_ALIKE, _OTHERS)
    level = 0
    while level <= enough and b"[]" in left:
        left = left.replace(b"[]", b"")
        level += 1
    return level + left.count(b"[")


def _count_keys(value: Any) -> int:
    if type(value) is dict:
        return len(value) + sum(_count_keys(part) for part in value.values() if type(part) in (dict, list))
    if type(value) is list:
        return sum(_count_keys(part) for part in value if type(part) in (dict, list))
    return 0


def _refuse_duplicates(raw: bytes) -> None:
    def unique(pairs: list[tuple[str, Any]]) -> None:
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise Problem(400, f"The JSON body has the duplicate key {json.dumps(key[:100])}.")
            seen.add(key)

    # Only keys matter here, and Python's limit on digits would refuse a number that orjson has read already.
    json.loads(raw, object_pairs_hook=unique, parse_int=len, parse_float=len)


def write_json(value: Any) -> bytes:
    """A value as JSON: datetimes in ISO 8601, decimals as strings.

    Args:
        value: Plain values, as returned by a schema's dump.
    """
    try:
        return orjson.dumps(value, default=_plain)
    except orjson.JSONEncodeError as error:
        # OverflowError is orjson's own, before 3.11, for a number beyond 64 bits.
        if error.__cause__ is not None and not isinstance(error.__cause__, TypeError | OverflowError):
            raise error.__cause__ from None  # a loading in the value could not be read
        # orjson refuses integers beyond 64 bits and lone surrogates. They are rare, so the slow encoder is sufficient.
        return json.dumps(value, default=_slow_plain, separators=(",", ":"), allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, AsShown):
        return value.shown().plain
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(
        f"A response contains a {type(value).__name__}, which JSON cannot represent; add a field for it to the schema."
    )


def _slow_plain(value: Any) -> Any:
    """Values that the standard library cannot write, as orjson writes them."""
    try:
        return orjson.loads(orjson.dumps(value, default=_plain))
    except orjson.JSONEncodeError as error:
        raise TypeError(str(error)) from error
