"""Values for rows, as SQL literals: ordinary ones, extreme ones, empty ones. The same question has the same answer."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Callable

__all__ = ["UNKNOWN", "VARIANTS", "kind_of", "literal"]

UNKNOWN = "unknown"
"""No value of the column's type can be made up."""

VARIANTS = ("plain", "null", "edge", "twin", "empty")
"""The rows that every table gets: ordinary; NULL or the default wherever that is allowed; as long and as great as it
may be; the first one once more, besides what is unique; zero, empty and negative."""

AWKWARD = "Ünï ✓ 日本 'q' \" \\ % 🦉 "
UUID = "00000000-0000-4000-8000-{:012x}"
ORDINARY_DAY = "2024-02-29"
DATES = {"edge": "9998-12-31", "empty": "1970-01-01", "negative": "1900-01-01"}
SPECIAL = {  # types whose text nobody can guess: plain, edge, empty
    "inet": ("192.0.2.{n}", "2001:db8::{n}", "0.0.0.0"),
    "cidr": ("192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0"),
    "macaddr": ("08:00:2b:01:02:{h}", "ff:ff:ff:ff:ff:{h}", "00:00:00:00:00:{h}"),
    "interval": ("1 day {n} seconds", "100 years", "0"),
    "money": ("{n}.25", "92233720368547758.07", "0"),
    "int4range": ("[{n},9000)", "(,)", "empty"),
    "int8range": ("[{n},9000)", "(,)", "empty"),
    "numrange": ("[{n}.5,9000)", "(,)", "empty"),
    "daterange": ("[2024-02-29,2024-03-01)", "(,)", "empty"),
    "tsrange": ("[2024-02-29,2024-03-01)", "(,)", "empty"),
    "tstzrange": ("[2024-02-29 00:00+00,2024-03-01 00:00+00)", "(,)", "empty"),
    "tsvector": ("owl night{n}", "owl", ""),
    "xml": ("<a>{n}</a>", "<a/>", "<a/>"),
    "point": ("({n},2)", "(0,0)", "(0,0)"),
    "hstore": ("n=>{n}", "a=>NULL", ""),
    "ltree": ("top.n{n}", "top", ""),
    "oid": ("{n}", "4294967295", "0"),
}
INTEGERS = {"smallint": 2**15 - 1, "bigint": 2**63 - 1, "int8": 2**63 - 1, "int2": 2**15 - 1}


def literal(column: Any, variant: str, number: int) -> str | None:
    """A value as an SQL literal; None for NULL, `UNKNOWN` where no value can be made up.

    Args:
        column: What the value is for.
        variant: One of `VARIANTS`, "negative", "named": one of those that the project's
            statements ask for, or "try 3": the value at that place of those that a check names.
        number: Of the row; values of unique columns differ by it.
    """
    if variant == "null" and column.nullable:
        return None
    if variant == "named" and column.named:
        return str(column.named[(number - len(VARIANTS)) % len(column.named)])
    variant = "plain" if variant in ("null", "named") else variant
    if variant.startswith("try ") and column.tries and not column.labels:
        return str(column.tries[int(variant[4:]) % len(column.tries)])
    if column.labels:
        position = {"edge": -1, "empty": -1, "negative": -1}.get(variant, 0)
        label = column.labels[number % len(column.labels) if column.unique else position]
        return as_list(column, [quote(label)])
    if variant.startswith("try "):
        variant = "plain"
    if variant == "twin":
        variant = "plain"
        number = number if column.unique else 0
    elif variant == "plain" and not column.unique and number < len(VARIANTS):
        number = 0
    if column.array and variant == "empty":
        return "'{}'"
    value = scalar(column, variant, number)
    return value if value == UNKNOWN else as_list(column, [value])


def kind_of(base: str) -> str:
    """The pattern of a type's kind; types of one kind hold the same values."""
    return next((pattern for pattern, _make in KINDS if re.search(pattern, base)), base)


def as_list(column: Any, values: list[str]) -> str:
    """The value, in a list of its type where the column holds one."""
    return "CAST(ARRAY[{}] AS {})".format(", ".join(values), column.type) if column.array else values[0]


def scalar(column: Any, variant: str, number: int) -> str:
    """One value of the column's type."""
    base = column.base
    for pattern, make in KINDS:
        if re.search(pattern, base):
            return make(column, variant, number)
    if base in SPECIAL:
        text = SPECIAL[base][{"edge": 1, "empty": 2}.get(variant, 0)]
        return quote(text.format(n=number + 1, h="{:02x}".format(number % 256)))
    return UNKNOWN


def integer(column: Any, variant: str, number: int) -> str:
    """A whole number."""
    largest = next((most for name, most in INTEGERS.items() if column.base.startswith(name)), 2**31 - 1)
    value = {"edge": largest - number - column.place, "empty": 0, "negative": -1 - number}.get(
        variant, number + 7 + 100 * column.place
    )
    return str(-number if variant == "empty" and column.unique else value)


def decimal(column: Any, variant: str, number: int) -> str:
    """A number with a fraction, as wide as the column allows."""
    precision, scale = column.digits or (12, 2)
    whole = max(precision - scale, 0)
    digits = "." + "".join(str((place + 4) % 10) for place in range(1, scale + 1)) if scale > 0 else ""
    if variant == "edge":
        return "-" + ("9" * whole or "0") + ("." + "9" * scale if scale > 0 else "")
    if variant == "empty":
        return "0" if not column.unique else str(number)
    plain = str((number + 7 + column.place) % 10**whole) if whole else "0"
    return ("-" if variant == "negative" else "") + plain + digits


def real(column: Any, variant: str, number: int) -> str:
    """A floating point number."""
    ordinary = "{}.625".format(number + 7 + column.place)
    return {"edge": "-123456.789", "empty": "0", "negative": "-" + ordinary}.get(variant, ordinary)


def boolean(column: Any, variant: str, number: int) -> str:
    """True or false; SQLite keeps them as numbers."""
    value = variant not in ("empty", "negative") if not column.unique else number % 2 == 0
    if variant == "edge" and column.place % 2:
        value = False  # so that two columns differ in one row at least
    return ("true" if value else "false") if column.base == "boolean" and column.type == "boolean" else str(int(value))


def text(column: Any, variant: str, number: int) -> str:
    """A text: short; as long as it may be and not only in Latin letters; or empty."""
    if column.json:
        return json(column, variant, number)
    limit, tag = column.length, base36(column.place) if column.place else ""
    if variant == "empty" and not column.unique:
        return "''"
    if variant == "edge":
        most = min(limit or 300, 4000)
        return quote(numbered((tag + AWKWARD * (most // len(AWKWARD) + 1))[:most], number, most, unique=column.unique))
    name = column.name.lower()
    which = "{}-{}".format(number, tag) if tag else str(number)
    ordinary = "plain {}".format(which)
    if "email" in name or name == "mail":
        ordinary = "plain{}@example.com".format(which)
    elif re.search(r"url|uri|link|website", name):
        ordinary = "https://example.com/{}".format(which)
    elif re.search(r"slug|user_?name|login|handle|code", name):
        ordinary = "plain-{}".format(which)
    if limit and len(ordinary) > limit:
        ordinary = numbered(tag + ordinary, number, limit, unique=column.unique)
    return quote(ordinary)


def numbered(value: str, number: int, limit: int | None, *, unique: bool) -> str:
    """The text within its limit, with the number in it where it has to differ."""
    most = limit or len(value)
    end = base36(number + 1)
    return (value[: max(most - len(end), 0)] + end)[-most:] if unique else value[:most]


def base36(number: int) -> str:
    """A number in as few letters as letters and digits can say it."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"


def date(column: Any, variant: str, number: int) -> str:
    """A date: a leap day, the last one, the first of the computers."""
    day = DATES.get(variant) or earlier(column)
    return quote("2{:03d}-03-{:02d}".format(number // 28 % 900, number % 28 + 1) if column.unique else day)


def earlier(column: Any) -> str:
    """The ordinary day of a column, a day before that of the one before it."""
    return str(dt.date.fromisoformat(ORDINARY_DAY) - dt.timedelta(days=column.place))


def moment(column: Any, variant: str, number: int) -> str:
    """A date and a time, with a zone where the column has one."""
    zone = "+00" if "with time zone" in column.base or column.base == "timestamptz" else ""
    ends = {"edge": "23:59:59.999999", "empty": "00:00:00.000000"}.get(variant, "10:30:15.{:06d}".format(number))
    return quote("{} {}{}".format(DATES.get(variant) or earlier(column), ends, zone))


def time(column: Any, variant: str, number: int) -> str:
    """A time of the day."""
    ordinary = "10:{:02d}:15.{:06d}".format(30 + column.place % 30, number)
    return quote({"edge": "23:59:59.999999", "empty": "00:00:00.000000"}.get(variant, ordinary))


def json(column: Any, variant: str, number: int) -> str:
    """A JSON object with text and a fraction in it, or an empty one."""
    text = '{{"n": {}, "f": -1.5, "t": "Ünï ✓"}}'.format(number + 100 * column.place)
    return quote("{}" if variant == "empty" else text)


def identifier(column: Any, _variant: str, number: int) -> str:
    """A UUID; SQLite may keep it without its dashes."""
    value = UUID.format(number + 1 + 4096 * column.place)
    # CHAR(32) has no room for the 4 dashes.
    return quote(value.replace("-", "") if column.length == 32 else value)


def binary(column: Any, variant: str, number: int) -> str:
    """Bytes that are no text."""
    if variant == "empty" and not column.unique:
        return "''" if column.base == "bytea" else "x''"
    value = "00ff{:08x}".format(number + 4096 * column.place)
    return "'\\x{}'".format(value) if column.base == "bytea" else "x'{}'".format(value)


def bits(column: Any, _variant: str, number: int) -> str:
    """A string of bits of the column's length."""
    return "B'{}'".format("{:b}".format(number + 1).rjust(column.length or 1, "0")[-(column.length or 64) :])


def quote(value: str) -> str:
    """A text as an SQL literal."""
    return "'{}'".format(value.replace("'", "''"))


KINDS: tuple[tuple[str, Callable[[Any, str, int], str]], ...] = (
    (r"^uuid|^uniqueidentifier", identifier),
    (r"^bool", boolean),
    (r"^bit", bits),
    (r"bytea|blob|binary", binary),
    (r"^json", json),
    (r"^(small|big|medium|tiny)?(int|integer|serial)\d?$|^int\d$", integer),
    (r"^(numeric|decimal)", decimal),
    (r"^(float|real|double)", real),
    (r"^timestamp|^datetime", moment),
    (r"^date$", date),
    (r"^time", time),
    (r"char|text|clob|citext|^string|^name$|^$", text),
)
