"""The format of log lines, for people and for machines."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from time import time
from typing import Any

import orjson

from beastmode.observability.escaping import printable, word

_second = (0, "")


def timestamp() -> str:
    """The current system time, in UTC with milliseconds, such as "2026-11-23T21:00:00.123Z" (RFC 3339).

    The part up to the second is cached for one second, because formatting it costs more than the rest of a line.
    """
    global _second  # noqa: PLW0603 - one tuple, replaced whole: a thread sees the old one or the new one
    moment = time()
    second = int(moment)
    known, text = _second
    if known != second:
        text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        _second = (second, text)
    return f"{text}.{int((moment - second) * 1000):03d}Z"


def json_line(fields: Mapping[Any, Any]) -> str:
    """One JSON object without a line end; values that JSON cannot represent are shown by their `repr`."""
    try:
        line = orjson.dumps(fields, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # lone surrogates, circles, integers beyond 64 bits
        line = orjson.dumps({printable(str(key)): _simple(value) for key, value in fields.items()}).decode()
    if line.isprintable():
        return line
    # JSON leaves DEL, C1 controls and U+2028 as they are; a terminal or `str.splitlines` does not.
    return "".join(character if character.isprintable() else _json_escape(character) for character in line)


def _simple(value: Any) -> Any:
    """A value that every JSON encoder accepts."""
    if isinstance(value, bool | float) or value is None or (isinstance(value, int) and abs(value) < 2**63):
        return value
    return printable(value if isinstance(value, str) else repr(value))


def _json_escape(character: str) -> str:
    """A character as a JSON escape sequence, as two of them beyond the basic multilingual plane."""
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]


def text_line(fields: Mapping[str, Any]) -> str:
    """A line for people: time, level, logger and request ID first, so that no message can fake them.

    Args:
        fields: At least time, level, logger and event; `exception` follows on separate, indented lines.
    """
    rest = dict(fields)
    head = f"{rest.pop('time')} {rest.pop('level').upper()} {word(rest.pop('logger'))}"
    event, trace = rest.pop("event"), rest.pop("exception", "")
    if (request_id := rest.pop("request_id", None)) is not None:
        head += f" request_id={word(str(request_id))}"
    details = "".join(f" {word(str(name))}={word(str(value))}" for name, value in rest.items())
    rows = "".join(f"\n    {printable(row)}" for row in str(trace).splitlines())
    return f"{head} {printable(str(event))}{details}{rows}"
