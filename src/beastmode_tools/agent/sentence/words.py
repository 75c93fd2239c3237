"""The words that sentences may use for types, values and verbs."""

import re

__all__ = ["ADD", "ALTERNATIVES", "ARTICLE", "NAME", "TYPES", "type_of"]

ADD = r"(?:please )?(?:add|create|make|introduce|give|include|put)"
ARTICLE = r"(?:an? |the |one |new |a new |the new )?"
NAME = r"[A-Za-z][A-Za-z0-9_]*"
TYPES = {
    "string": "str",
    "short text": "str",
    "str": "str",
    "text": "text",
    "long text": "text",
    "integer": "int",
    "whole number": "int",
    "int": "int",
    "number": "int",
    "big integer": "bigint",
    "bigint": "bigint",
    "decimal": "decimal",
    "amount": "decimal",
    "price": "decimal",
    "float": "float",
    "boolean": "bool",
    "bool": "bool",
    "flag": "bool",
    "date": "date",
    "datetime": "datetime",
    "timestamp": "datetime",
    "uuid": "uuid",
    "json": "json",
    "email": "email",
    "email address": "email",
    "url": "url",
    "link": "url",
}
"""What a sentence calls a type -> what `beast add` calls it."""
ALTERNATIVES = "|".join(sorted((re.escape(each) for each in TYPES), key=len, reverse=True))


def type_of(text: str) -> str:
    """The type of a recipe; "" if the text names none."""
    return TYPES.get(" ".join(text.lower().split()), "")
