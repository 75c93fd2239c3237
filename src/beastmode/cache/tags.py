"""Tags: what an entry was computed from, so that it can be dropped when that changes."""

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from string import Formatter
from typing import Any, TypeAlias

from flask import current_app

from beastmode.cache.region import region_of
from beastmode.core.errors import ConfigurationError
from beastmode.core.events import after_commit

Tag: TypeAlias = str | type[Any]
"""A name of the project's, or a model, which stands for all rows of its tables."""

_TABLE = "table:"
_NAME = "name:"


def tag_names(tags: Iterable[Tag], where: str) -> tuple[str, ...]:
    """Tags as the store knows them.

    Args:
        tags: Strings and models.
        where: The declaration, for the message.

    Raises:
        ConfigurationError: One of them is neither.
    """
    if isinstance(tags, str):
        raise ConfigurationError(f"{where}: tags={tags!r} is a string; expected a list, such as [{tags!r}].")
    return tuple(dict.fromkeys(name for tag in tags for name in _names_of(tag, where)))


def table_tags(tables: Iterable[str]) -> frozenset[str]:
    """The tags of models, by the names of their tables.

    Args:
        tables: The names.
    """
    return frozenset(f"{_TABLE}{name}" for name in tables)


def refuse_unknown_values(tags: Iterable[str], known: Collection[str], where: str) -> None:
    """Refuse tags that name an argument that a call does not have.

    Args:
        tags: The names.
        known: The names of the arguments.
        where: The declaration, for the message.

    Raises:
        ConfigurationError: One of them does.
    """
    for tag in tags:
        for _, name, _, _ in Formatter().parse(tag):
            if name is not None and name not in known:
                expected = ", ".join(sorted(known)) or "none"
                shown = tag.removeprefix(_NAME)
                raise ConfigurationError(f"{where}: the tag {shown!r} names {name!r}; known arguments: {expected}.")


def filled(tags: tuple[str, ...], values: Mapping[str, Any]) -> tuple[str, ...]:
    """Tags with the values of a call: "name:post:{post_id}" becomes "name:post:7".

    Args:
        tags: The names.
        values: The arguments of the call.
    """
    return tuple(tag.format_map(values) if "{" in tag else tag for tag in tags)


def drop_tags(*tags: Tag) -> None:
    """Make every entry with one of these tags invalid, in all processes, after the current changes are committed.

    Changes of a model's rows drop its tag by themselves.

    Args:
        tags: Strings, such as "post:7", and models.

    Raises:
        ConfigurationError: The application has no cache.
    """
    names = frozenset(tag_names(tags, "drop_tags()"))
    after_commit(partial(region_of(current_app).drop, names))


def _names_of(tag: Any, where: str) -> list[str]:
    if isinstance(tag, str):
        return [f"{_NAME}{tag}"]
    mapper = getattr(tag, "__mapper__", None)
    if mapper is None:
        raise ConfigurationError(f"{where}: {tag!r} is not a tag; expected a string or a model.")
    return sorted(f"{_TABLE}{table.fullname}" for table in mapper.tables)
