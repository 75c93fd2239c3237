"""Types of columns as SQL text: one spelling for each, and what is lost or locked when one becomes another."""

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["TypeChange", "change_of_type", "same_type", "spelled"]

# One spelling for what dialects, SQLAlchemy and people write in several ways.
SPELLINGS = {
    "INT": "INTEGER",
    "INT4": "INTEGER",
    "INT8": "BIGINT",
    "INT2": "SMALLINT",
    "BIGINTEGER": "BIGINT",
    "SMALLINTEGER": "SMALLINT",
    "SERIAL4": "SERIAL",
    "SERIAL8": "BIGSERIAL",
    "BOOL": "BOOLEAN",
    "DECIMAL": "NUMERIC",
    "STRING": "VARCHAR",
    "UNICODE": "VARCHAR",
    "NVARCHAR": "VARCHAR",
    "CHARACTER VARYING": "VARCHAR",
    "CHARACTER": "CHAR",
    "BPCHAR": "CHAR",
    "NCHAR": "CHAR",
    "CLOB": "TEXT",
    "UNICODETEXT": "TEXT",
    "LONGTEXT": "TEXT",
    "DATETIME": "TIMESTAMP",
    "TIMESTAMP WITHOUT TIME ZONE": "TIMESTAMP",
    "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
    "TIME WITHOUT TIME ZONE": "TIME",
    "TIMETZ": "TIME WITH TIME ZONE",
    "DOUBLE": "DOUBLE PRECISION",
    "FLOAT8": "DOUBLE PRECISION",
    "FLOAT4": "REAL",
    "BYTEA": "BLOB",
    "LARGEBINARY": "BLOB",
    "VARBINARY": "BLOB",
    "BINARY": "BLOB",
    "VARBIT": "BIT VARYING",
    "GUID": "UUID",
    "UNIQUEIDENTIFIER": "UUID",
}
PARTS = re.compile(
    r"^\s*([A-Z_][A-Z0-9_.\" ]*?)\s*(?:\(\s*([^)]*?)\s*\))?\s*((?:WITH|WITHOUT) TIME ZONE)?\s*(\[\])?\s*$"
)
INTEGERS = {"SMALLINT": 2, "INTEGER": 4, "SERIAL": 4, "BIGINT": 8, "BIGSERIAL": 8}
FLOATS = {"REAL": 4, "FLOAT": 8, "DOUBLE PRECISION": 8}
TEXTS = {"VARCHAR", "TEXT", "CITEXT", "CHAR"}


def spelled(text: str) -> str:
    """The one spelling of a type: `character varying(50)` is `VARCHAR(50)`; "" stays ""."""
    upper = re.sub(r"\s+", " ", text.strip().upper())
    match = PARTS.match(upper)
    if not match:
        return upper
    name, arguments, zone, array = match.groups()
    full = f"{name} {zone}" if zone else name
    full = SPELLINGS.get(full, SPELLINGS.get(name, name) if not zone else full)
    inside = f"({', '.join(part.strip() for part in arguments.split(','))})" if arguments else ""
    return f"{full}{inside}{array or ''}"


def same_type(one: str, other: str) -> bool:
    """Whether two texts name the same type."""
    return spelled(one) == spelled(other)


@dataclass(frozen=True, slots=True)
class TypeChange:
    """What happens when a column of one type becomes one of another, on PostgreSQL.

    Args:
        effect: "same"; "wider": every value fits and nothing is rewritten; "rewrite": every value fits, but the whole
            table is rewritten under a lock; "lossy": values may be cut, refused or changed; "unknown".
        why: In words.
    """

    effect: Literal["same", "wider", "rewrite", "lossy", "unknown"]
    why: str


def change_of_type(old: str, new: str, using: str | None = None) -> TypeChange:
    """What a change of type means for the rows.

    Args:
        old: The type before; "" where unknown.
        new: The type afterwards.
        using: SQL of the conversion; one that computes may lose whatever it likes.
    """
    before, after = spelled(old), spelled(new)
    if not before or not after:
        return TypeChange("unknown", f"the type before is not known, it becomes {after or 'another one'}")
    if before == after:
        return TypeChange("same", "the type stays")
    (name, size), (next_name, next_size) = parts_of(before), parts_of(after)
    found = judged(name, size, next_name, next_size)
    if found.effect in {"wider", "rewrite"} and using and computes(using):
        return TypeChange("lossy", f"{before} becomes {after} through {using}, which may change values")
    return TypeChange(found.effect, f"{before} becomes {after}: {found.why}")


def judged(  # noqa: C901, PLR0911 - a table of families, one line each
    name: str, size: tuple[int, ...], next_name: str, next_size: tuple[int, ...]
) -> TypeChange:
    """The effect by families of types."""
    if name in TEXTS and next_name in TEXTS:
        return text_change(name, size, next_name, next_size)
    if name in INTEGERS and next_name in INTEGERS:
        if INTEGERS[next_name] == INTEGERS[name]:
            return TypeChange("wider", "the same range")
        grows = INTEGERS[next_name] > INTEGERS[name]
        return (
            TypeChange("rewrite", "every row is rewritten") if grows else TypeChange("lossy", "large values do not fit")
        )
    if name in INTEGERS and next_name == "NUMERIC":
        digits = {2: 5, 4: 10, 8: 19}[INTEGERS[name]]
        fits = not next_size or next_size[0] - (next_size[1] if len(next_size) > 1 else 0) >= digits
        return (
            TypeChange("rewrite", "every row is rewritten") if fits else TypeChange("lossy", "large values do not fit")
        )
    if name == next_name == "NUMERIC":
        return numeric_change(size, next_size)
    if name in FLOATS and next_name in FLOATS:
        grows = FLOATS[next_name] >= FLOATS[name]
        return TypeChange("rewrite", "every row is rewritten") if grows else TypeChange("lossy", "precision is lost")
    if name == "DATE" and next_name.startswith("TIMESTAMP"):
        return TypeChange("rewrite", "every row is rewritten")
    if next_name in {"TEXT", "VARCHAR", "CITEXT"} and not next_size:
        return TypeChange("rewrite", "every row is rewritten as text, and code that reads it gets strings")
    if name == "JSON" and next_name == "JSONB":
        return TypeChange("rewrite", "every row is rewritten; key order and duplicate keys are lost")
    if name.startswith("TIMESTAMP") and next_name.startswith("TIMESTAMP") and name != next_name:
        return TypeChange("lossy", "values are shifted where the session time zone is not UTC")
    return TypeChange("lossy", "not every value can be converted without loss")


def text_change(name: str, size: tuple[int, ...], next_name: str, next_size: tuple[int, ...]) -> TypeChange:
    """Between kinds of text."""
    if next_name == "CHAR" or (name == "CHAR" and next_name != "CHAR"):
        if next_size and size and next_size < size:
            return TypeChange("lossy", "longer values do not fit")
        if next_name == "CHAR" and not (name == "CHAR" and next_size >= size):
            return TypeChange("lossy", "CHAR pads with blanks, and longer values do not fit")
        return TypeChange("rewrite", "every row is rewritten")
    if "CITEXT" in {name, next_name}:
        return TypeChange("rewrite", "comparisons change, and indexes are rebuilt")
    if next_size and (not size or next_size < size):
        return TypeChange("lossy", "longer values do not fit")
    return TypeChange("wider", "every value fits, and PostgreSQL only updates its catalog")


def numeric_change(size: tuple[int, ...], next_size: tuple[int, ...]) -> TypeChange:
    """Between precisions."""
    if not next_size:
        return TypeChange("wider", "every value fits")
    if not size:
        return TypeChange("lossy", "decimal places are rounded, and large values do not fit")
    scale, next_scale = (sizes[1] if len(sizes) > 1 else 0 for sizes in (size, next_size))
    if next_scale < scale:
        return TypeChange("lossy", "decimal places are rounded")
    if next_size[0] - next_scale < size[0] - scale:
        return TypeChange("lossy", "large values do not fit")
    if next_scale == scale:
        return TypeChange("wider", "every value fits")
    return TypeChange("rewrite", "every row is rewritten")


def parts_of(text: str) -> tuple[str, tuple[int, ...]]:
    """Name and sizes of a type; an array is a type of its own."""
    match = PARTS.match(text)
    if not match:
        return text, ()
    name, arguments, zone, array = match.groups()
    sizes = tuple(int(part) for part in (arguments or "").split(",") if part.strip().isdigit())
    return f"{name}{' ' + zone if zone else ''}{array or ''}", sizes


def computes(using: str) -> bool:
    """Whether a conversion does more than a cast of the column."""
    plain = using.strip().strip("()")
    return not re.fullmatch(r'(?i)("?\w+"?(::[\w ,()\[\]."]+)*|CAST\s*\(\s*"?\w+"?\s+AS\s+[\w ,()\[\]."]+\)?)', plain)
