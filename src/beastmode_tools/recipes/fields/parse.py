"""Reads fields as a person types them: `NAME:TYPE[:OPTION...][?][=DEFAULT]`."""

import difflib
import keyword
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.fields.field import Field

__all__ = ["TYPES", "parse_field", "parse_fields", "refuse_name"]

TYPES = (
    "str",
    "text",
    "int",
    "bigint",
    "decimal",
    "float",
    "bool",
    "date",
    "datetime",
    "uuid",
    "json",
    "enum",
    "email",
    "url",
)  # fmt: skip - one line of words
BOUNDED = ("int", "bigint", "decimal", "float")
LONGEST = 255
"""Characters of a string whose length nobody gave: what fits on a line, and what most databases index whole."""
LENGTHS = {"str": LONGEST, "email": 254, "url": 2048}  # RFC 5321 for addresses; what browsers and proxies take for URLs
DIGITS = (12, 2)  # ten billion less a cent
MOST_DIGITS = 1000  # PostgreSQL's own limit for numeric
MOST_CHARACTERS = 10_485_760  # PostgreSQL's own limit for varchar
NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_NAME = 40
"""PostgreSQL cuts names at 63 characters, and an index is named after its table and its column."""
HIDING = {"fields": "the schemas import marshmallow's `fields`"} | dict.fromkeys(
    ("str", "int", "float", "bool", "list", "dict"), "it is the name of a Python type"
)
"""Names that would hide what the generated code itself uses."""
TAKEN = HIDING | {
    "id": "every resource has it",
    "created_at": "every resource has it",
    "metadata": "SQLAlchemy uses this name in every model",
    "registry": "SQLAlchemy uses this name in every model",
    "query": "beastmode uses this name in every model",
}


def parse_fields(texts: tuple[str, ...], what: str = "field") -> tuple[Field, ...]:
    """The fields of a command line.

    Args:
        texts: As typed.
        what: "field" of a model; "value" of a request or a response, which may be called like any column.

    Raises:
        CouldNotRun: One of them cannot be read, or two have the same name.
    """
    fields = tuple(parse_field(text, what) for text in texts)
    names = [field.column for field in fields] + [field.name for field in fields if field.kind == "relation"]
    for name in names:
        if names.count(name) > 1:
            raise CouldNotRun(f"the field {name} is given twice.")
    return fields


def parse_field(text: str, what: str = "field") -> Field:
    """One field.

    Raises:
        CouldNotRun: It cannot be read; the message shows the form.
    """
    declaration, equals, default = text.partition("=")
    declaration = declaration.removesuffix("?")
    name, colon, rest = declaration.partition(":")
    if not colon or not rest:
        raise CouldNotRun(f"{text} is not a field. Write NAME:TYPE, such as title:str or price:decimal=0.")
    refuse_name(name, what)
    kind, *options = rest.split(":")
    is_list, kind = kind.endswith("[]"), kind.removesuffix("[]")
    field = Field(name, kind, is_list=is_list, is_optional=text.partition("=")[0].endswith("?"))
    field = typed(field, text)
    for option in options:
        field = with_option(field, option, text)
    if field.kind == "enum" and not field.choices:
        raise CouldNotRun(f"{text} names no values. Write them after the type: {name}:enum:draft,published.")
    return with_default(field, default, text) if equals else field


def refuse_name(name: str, what: str) -> None:
    """Refuses a name that Python, SQLAlchemy or the generated code cannot take.

    Raises:
        CouldNotRun: It cannot be used.
    """
    if not NAME.fullmatch(name) or name.endswith("_") or "__" in name:
        raise CouldNotRun(f"{name!r} is not a name for a {what}: use lowercase letters, digits and single underscores.")
    if keyword.iskeyword(name):
        raise CouldNotRun(f"{name!r} is a Python keyword, so it cannot name a {what}.")
    if len(name) > LONGEST_NAME:
        raise CouldNotRun(f"{name!r} is too long for a {what}: at most {LONGEST_NAME} characters.")
    if name in {"field": TAKEN, "value": HIDING}.get(what, ()):
        raise CouldNotRun(f"{name!r} cannot name a {what}: {TAKEN[name]}.")


def typed(field: Field, text: str) -> Field:
    """The field with the defaults of its type; a type with a capital letter is a relation."""
    if field.kind[:1].isupper():
        if field.is_list:
            raise CouldNotRun(f"{text}: for many {field.kind} rows use `beast add relation`.")
        if not field.kind.isidentifier():
            raise CouldNotRun(f"{text}: {field.kind!r} is not the name of a model.")
        return replace(field, kind="relation", target=field.kind, is_indexed=True)
    if field.kind not in TYPES:
        near = difflib.get_close_matches(field.kind, TYPES, 1)
        hint = f"Did you mean {near[0]}?" if near else f"Types are {', '.join(TYPES)}, and names of models."
        raise CouldNotRun(f"{text}: there is no type {field.kind!r}. {hint}")
    if field.is_list and field.kind in ("json", "enum", "text"):
        raise CouldNotRun(f"{text}: there are no lists of {field.kind}; use json.")
    digits = DIGITS if field.kind == "decimal" else None
    return replace(field, length=LENGTHS.get(field.kind), digits=digits)


def with_option(field: Field, option: str, text: str) -> Field:
    """The field with one of its options: a length, digits, bounds, choices, `unique` or `index`."""
    if option in ("unique", "index"):
        if field.is_list or field.kind in ("json", "text"):
            raise CouldNotRun(f"{text}: a {'list' if field.is_list else field.kind} cannot be {option}.")
        return (
            replace(field, is_unique=True, is_indexed=False) if option == "unique" else replace(field, is_indexed=True)
        )
    if field.kind == "enum" and not field.choices:
        return replace(field, choices=choices(option, text))
    if field.length is not None and option.isascii() and option.isdigit() and 0 < int(option) <= MOST_CHARACTERS:
        return replace(field, length=int(option))
    if field.kind == "decimal" and (found := re.fullmatch(r"(\d+),(\d+)", option)):
        whole, after = int(found[1]), int(found[2])
        if not 0 <= after <= whole <= MOST_DIGITS or whole == 0:
            raise CouldNotRun(f"{text}: {option} are no digits. Write all digits, then those after the point: 12,2.")
        return replace(field, digits=(whole, after))
    number = r"(-?\d+(?:\.\d+)?)?"
    if field.kind in BOUNDED and (found := re.fullmatch(rf"{number}\.\.{number}", option)) and (found[1] or found[2]):
        return replace(field, low=found[1] or "", high=found[2] or "")
    raise CouldNotRun(
        f"{text}: {option!r} is not an option of {field.kind}. "
        "Options are a length (str:80), digits (decimal:12,2), bounds (int:0..100), unique and index."
    )


def choices(option: str, text: str) -> tuple[str, ...]:
    """The values of an enum."""
    values = tuple(option.split(","))
    for value in values:
        if (
            not NAME.fullmatch(value)
            or keyword.iskeyword(value)
            or values.count(value) > 1
            or value in ("name", "value")
        ):
            raise CouldNotRun(f"{text}: {value!r} cannot be one of the values; use different lowercase names.")
    return values


def with_default(field: Field, default: str, text: str) -> Field:
    """The field with its default, if that is a value of its type."""
    if field.is_list or field.kind in ("relation", "json", "date", "datetime", "uuid"):
        what = "list" if field.is_list else field.kind
        raise CouldNotRun(f"{text}: a {what} has no default here; make it optional with `?`.")
    if field.is_unique:
        raise CouldNotRun(f"{text}: a unique field cannot have a default.")
    if not VALID.get(field.kind, bool)(default) or (field.kind == "enum" and default not in field.choices):
        raise CouldNotRun(f"{text}: {default!r} is not a value of {field.kind}.")
    if field.length is not None and len(default) > field.length:
        raise CouldNotRun(f"{text}: {default!r} is longer than {field.length} characters.")
    return replace(field, default=default)


def is_decimal(text: str) -> bool:
    """Whether a text is a finite decimal."""
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


VALID: dict[str, Callable[[str], bool]] = {
    "int": lambda text: bool(re.fullmatch(r"-?\d{1,9}", text)),
    "bigint": lambda text: bool(re.fullmatch(r"-?\d{1,18}", text)),
    "decimal": is_decimal,
    "float": lambda text: bool(re.fullmatch(r"-?\d+(\.\d+)?", text)),
    "bool": lambda text: text in ("true", "false"),
}
"""Whether a text is a value of a type; strings take any that is not empty."""
