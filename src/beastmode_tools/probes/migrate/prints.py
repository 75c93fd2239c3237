"""What stands in every row of the scratch database, column by column, so that two moments can be compared."""

from __future__ import annotations

import datetime as dt
import decimal
import hashlib
import json
from typing import Any

from .schema import keys, quoted, tables

__all__ = ["prints"]

LONGEST = 60
"""Characters of a value that a person compares by eye; a longer one is compared by its digest."""
MOST_ROWS = 2000
"""The guard puts in a few rows; seeds of a project may be thousands, and each is read before and after each
revision."""


def prints(connection: Any, version_table: str) -> dict[str, Any]:
    """For every table its key, and its rows as {column: text}: {"users": {"key": ["id"], "rows": [...]}}."""
    known = keys(connection)
    found = {}
    for schema, name in tables(connection):
        if name == version_table:
            continue
        key = known.get((schema, name), [])
        place = quoted(name) if schema is None else quoted(schema) + "." + quoted(name)
        columns, values = content(connection, place)
        shown = name if schema is None else schema + "." + name
        found[shown] = {
            "key": key,
            "columns": columns,
            "rows": [dict(zip(columns, [printed(value) for value in row])) for row in values],
        }
    return found


def content(connection: Any, place: str) -> tuple[list[str], list[Any]]:
    """The columns' names and the rows of a table, as the driver gives them."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute("SELECT * FROM {} LIMIT {}".format(place, MOST_ROWS))
        return [str(part[0]) for part in cursor.description], [tuple(row) for row in cursor.fetchall()]
    finally:
        cursor.close()


def printed(value: Any) -> str | None:
    """A value as text that is the same for the same value, whatever its column's type; long ones end in a hash."""
    if value is None:
        return None
    text = plain(value)
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 20] + "…" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def plain(value: Any) -> str:
    """A value as text: 1, 1.0, Decimal("1.00") and true are one, so that a wider type alone changes nothing."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float, decimal.Decimal)):
        number = decimal.Decimal(str(value))
        # Beyond every floating point number; written out, 1e1000000 would be a megabyte of zeros.
        return format(number.normalize(), "f") if number.is_finite() and number.adjusted() < 400 else str(number)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "0x" + bytes(value).hex()
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return str(value)
