"""Writes code as `ruff format` leaves it, so that a project's formatter has nothing to change."""

from collections.abc import Iterable

from beastmode_tools.recipes.code.imports import key_of, name_key

__all__ = ["ROOM", "fit", "import_block", "quoted"]

ROOM = 120
"""Columns: the line length of new projects."""


def fit(head: str, items: Iterable[str], tail: str, *, indent: int = 0) -> str:
    """A call or a list on one line if it fits, otherwise one item per line.

    Args:
        head: Up to the opening bracket.
        items: What is between the brackets.
        tail: From the closing bracket on.
        indent: Columns before the head.
    """
    given = list(items)
    space = " " * indent
    line = f"{space}{head}{', '.join(given)}{tail}"
    if len(line) <= ROOM:
        return line
    return "\n".join([f"{space}{head}", *(f"{space}    {item}," for item in given), f"{space}{tail}"])


def quoted(text: str) -> str:
    """A string literal with double quotes, unless single ones save a backslash."""
    literal = repr(text)
    return literal if '"' in text or "\\" in literal else f'"{text}"'


def import_block(imports: Iterable[tuple[str, str]], own: frozenset[str]) -> str:
    """Import statements in their sections and their order, followed by a line end.

    Args:
        imports: Modules with the name to import from each; "" for the module itself.
        own: The top-level names that belong to the project.
    """
    names: dict[tuple[str, bool], set[str]] = {}
    for origin, name in imports:
        names.setdefault((origin, bool(name)), set()).add(name)
    keyed = sorted((key_of(origin, is_from=is_from, own=own), origin, is_from) for origin, is_from in names)
    lines: list[str] = []
    for index, (key, origin, is_from) in enumerate(keyed):
        if index and keyed[index - 1][0][0] != key[0]:
            lines.append("")
        wanted = sorted(names[origin, is_from], key=name_key)
        lines.append(from_line(origin, wanted) if is_from else f"import {origin}")
    return "\n".join(lines) + "\n"


def from_line(origin: str, names: list[str]) -> str:
    """`from origin import names`, in brackets if it is long."""
    line = f"from {origin} import {', '.join(names)}"
    return line if len(line) <= ROOM else fit(f"from {origin} import (", names, ")")
