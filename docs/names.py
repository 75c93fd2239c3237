"""Writes the page of a module's public names: signatures, arguments, defaults and errors, from the docstrings."""

import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import griffe

__all__ = ["PUBLIC", "cell", "names_page", "summary"]

# What a project may import. Everything else may change without a word in the changelog.
PUBLIC = (
    "beastmode",
    "beastmode.api",
    "beastmode.db",
    "beastmode.db.migrations",
    "beastmode.query",
    "beastmode.accounts",
    "beastmode.cache",
    "beastmode.flags",
    "beastmode.idempotency",
    "beastmode.jobs",
    "beastmode.limits",
    "beastmode.mail",
    "beastmode.uploads",
    "beastmode.testing",
    "beastmode.cli",
    "beastmode.core.attempts",
    "beastmode.core.background",
    "beastmode.core.clock",
    "beastmode.core.middleware",
    "beastmode.core.environment",
    "beastmode.core.errors",
    "beastmode.core.exchange",
    "beastmode.core.fetching",
    "beastmode.core.gauges",
    "beastmode.core.identity",
    "beastmode.core.secret_responses",
    "beastmode.core.permissions",
    "beastmode.core.security_schemes",
    "beastmode.core.steps",
    "beastmode.core.streamed_bodies",
    "beastmode.core.setting",
    "beastmode.core.settings",
)
SOURCE = Path(__file__).parent.parent / "src"
SECTIONS = {
    "parameters": ("argument", "type", "default", "description"),
    "attributes": ("attribute", "type", "", "description"),
    "raises": ("raises", "", "", "when"),
    "returns": ("returns", "", "", "description"),
}
UNPACKED = re.compile(r"Unpack\[(\w+)\]")
LONGEST = 96
"""Characters of a signature on one line; a longer one gets a line for each argument, as a formatter would do."""
Named = griffe.Object | griffe.Alias


@cache
def package() -> Named:
    """The library, as its source says; nothing of it is imported."""
    return griffe.load("beastmode", search_paths=[str(SOURCE)], docstring_parser="google", resolve_aliases=True)


def names_page(module_name: str, generated: str) -> Iterator[str]:
    """Every public name of a module.

    Args:
        module_name: Such as "beastmode.api".
        generated: The line that says how the page was written.
    """
    yield from (f"# `{module_name}`", "", generated)
    module = importlib.import_module(module_name)
    if module.__doc__:
        yield from ("", cleaned(module.__doc__))
    for name in sorted(module.__all__):
        yield from name_of(found(module_name, name), name, 2)


def summary(module_name: str, name: str) -> str:
    """The first paragraph of what is said about a public name."""
    named = found(module_name, name)
    said = named.docstring.value if named.docstring else f"`{named.value}`"
    return cleaned(said.partition("\n\n")[0])


def found(module_name: str, name: str) -> Named:
    """A public name, where it is defined: in its package, a module may have the same name."""
    value = getattr(importlib.import_module(module_name), name)
    is_defined = inspect.isclass(value) or inspect.isroutine(value)
    home = value.__module__ if is_defined else module_name
    return package()[f"{home}.{name}".partition(".")[2]]


def name_of(named: Named, shown: str, level: int) -> Iterator[str]:
    """A name with its signature, its description and, for a class, its public methods."""
    yield from ("", f"{'#' * level} `{shown}`")
    if named.is_function or named.is_class:
        yield from ("", "```text", *signature(named, shown), "```")
    elif named.is_attribute and "property" not in named.labels:
        yield from ("", "```text", f"{shown} = {named.value}", "```")
    yield from description(named)
    if named.is_function:
        yield from options_of(named)
    if named.is_class:
        for name, member in named.members.items():
            is_shown = not name.startswith("_") and member.docstring is not None
            if is_shown and (member.is_function or "property" in member.labels):
                yield from name_of(member, f"{shown}.{name}", level + 1)


def signature(named: Named, shown: str) -> Iterator[str]:
    """How a function is called, or how a class is made."""
    parameters = [part for part in named.parameters if part.name not in {"self", "cls"}]
    words = []
    is_after_star = False
    for part in parameters:
        kind = part.kind.value if part.kind else ""
        if kind == "keyword-only" and not is_after_star:
            words.append("*")
            is_after_star = True
        star = {"variadic positional": "*", "variadic keyword": "**"}.get(kind, "")
        is_after_star = is_after_star or star == "*"
        default = "" if part.default is None or star else f" = {part.default}"
        annotation = f": {part.annotation}" if part.annotation else ""
        words.append(f"{star}{part.name}{annotation}{default}")
    returns = f" -> {named.returns}" if named.is_function and named.returns else ""
    whole = f"{shown}({', '.join(words)}){returns}"
    if len(whole) <= LONGEST:
        yield whole
        return
    yield f"{shown}("
    yield from (f"    {word}," for word in words)
    yield f"){returns}"


def description(named: Named) -> Iterator[str]:
    """What the docstring says: its paragraphs, then arguments, attributes, results and errors as tables."""
    if named.docstring is None:
        return
    for section in named.docstring.parse("google"):
        heads = SECTIONS.get(section.kind.value)
        if section.kind.value == "text":
            yield from ("", cleaned(section.value))
        elif heads is not None:
            shown = [head for head in heads if head]
            yield from ("", f"| {' | '.join(shown)} |", f"|{' --- |' * len(shown)}")
            yield from (row(entry, heads) for entry in section.value)


def options_of(named: Named) -> Iterator[str]:
    """The keyword arguments that a function takes as a TypedDict, where its docstring does not refer to another's."""
    for parameter in named.parameters:
        found = UNPACKED.fullmatch(str(parameter.annotation))
        if found and "as listed for" not in named.docstring.value:
            options = named.module[found[1]]
            yield from ("", "| option | type | description |", "| --- | --- | --- |")
            for section in options.docstring.parse("google"):
                if section.kind.value == "attributes":
                    yield from (row(entry, SECTIONS["attributes"]) for entry in section.value)


def row(entry: Any, heads: tuple[str, ...]) -> str:
    """One argument, attribute, result or error, as a row of a table."""
    annotation = f"`{cell(str(entry.annotation))}`" if entry.annotation else ""
    name = f"`{entry.name}`" if getattr(entry, "name", None) else annotation
    value = getattr(entry, "value", None) if heads[2] else None
    cells = [name, annotation if heads[1] else None, f"`{cell(str(value))}`" if value is not None else ""]
    kept = [text for text, head in zip(cells, heads[:3], strict=True) if head and text is not None]
    return f"| {' | '.join([*kept, cell(entry.description)])} |"


def cell(text: str) -> str:
    """Text that may stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def cleaned(text: str) -> str:
    """A docstring's text as Markdown: double backticks are reStructuredText's."""
    return re.sub(r"``([^`]+)``", r"`\1`", text.strip())
