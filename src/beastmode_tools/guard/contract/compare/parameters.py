"""What stands around a request's body: path, query, headers and cookies."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from beastmode_tools.guard.contract.compare.document import resolved
from beastmode_tools.guard.contract.compare.lifecycle import compare_sunsets, is_past, sunset_of
from beastmode_tools.guard.contract.compare.messages import SCALAR, reading_of, schema_in
from beastmode_tools.guard.contract.compare.schema_changes import FieldDeprecated, TextChanged
from beastmode_tools.guard.contract.compare.schemas import Comparison
from beastmode_tools.guard.contract.compare.site import Site
from beastmode_tools.guard.contract.compare.structure_changes import (
    ParameterAdded,
    ParameterMoved,
    ParameterRemoved,
    ParameterRequirednessChanged,
    SerializationChanged,
)
from beastmode_tools.source.openapi import listing, mapping

__all__ = ["compare_parameters", "parameters_of", "placeholders"]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
Key = tuple[str, str]
Parameters = dict[Key, dict[str, Any]]


def placeholders(path: str) -> list[str]:
    """The names between braces, in their order."""
    return PLACEHOLDER.findall(path)


def parameters_of(document: Any, item: dict[str, Any], operation: dict[str, Any]) -> Parameters:
    """An operation's parameters by place and name, those of its path included."""
    found: Parameters = {}
    for raw in (*listing(item.get("parameters")), *listing(operation.get("parameters"))):
        facts = resolved(document, raw)
        place, name = str(facts.get("in", "?")), str(facts.get("name", facts.get("$ref", "?")))
        found[place, name.lower() if place == "header" else name] = facts
    return found


def compare_parameters(
    comparison: Comparison, old: Parameters, new: Parameters, site: Site, today: date | None
) -> Iterator[Any]:
    """What changed between the parameters of an operation; path parameters of `old` bear their new names already."""
    gone = {key: facts for key, facts in old.items() if key not in new}
    come = {key: facts for key, facts in new.items() if key not in old}
    for key, facts in list(gone.items()):
        other = next((each for each in come if each[1].lower() == key[1].lower()), None)
        if other is not None:
            yield ParameterMoved(at(site, key), key[0], other[0])
            del gone[key], come[other]
            continue
        is_deprecated = facts.get("deprecated") is True
        yield ParameterRemoved(at(site, key), key[0], is_deprecated, sunset_of(facts), is_past(sunset_of(facts), today))
    for key, facts in come.items():
        place = at(site, key).holding(comparison.new.closure(facts))
        yield ParameterAdded(place, key[0], facts.get("required") is True)
    for key, facts in old.items():
        if key in new and not comparison.are_same(facts, new[key]):
            yield from compare_parameter(comparison, facts, new[key], at(site, key), today)


def at(site: Site, key: Key) -> Site:
    """The place of a parameter."""
    return replace(site, part=f"{key[0]} parameter {key[1]}", kind="parameter")


def compare_parameter(
    comparison: Comparison, old: dict[str, Any], new: dict[str, Any], site: Site, today: date | None
) -> Iterator[Any]:
    """What changed in one parameter."""
    place = str(old.get("in"))
    required = [place == "path" or each.get("required") is True for each in (old, new)]
    if required[0] is not required[1]:
        yield ParameterRequirednessChanged(site, required[1])
    deprecated = [each.get("deprecated") is True for each in (old, new)]
    if deprecated[0] is not deprecated[1]:
        yield FieldDeprecated(site, deprecated[1])
    yield from compare_sunsets(old, new, site, today)
    yield from compare_serialization(comparison, old, new, site)
    media = media_type(old)
    reading = reading_of(media) if media and media == media_type(new) else SCALAR
    yield from comparison.changes(schema_in(old), schema_in(new), site, reading)
    if any(old.get(key) != new.get(key) for key in ("description", "example", "examples")):
        yield TextChanged(site)


def media_type(raw: dict[str, Any]) -> str:
    """The media type of a parameter that is written in one; "" for one that has a style."""
    return "" if "schema" in raw else next(iter(mapping(raw.get("content"))), "")


def compare_serialization(
    comparison: Comparison, old: dict[str, Any], new: dict[str, Any], site: Site
) -> Iterator[Any]:
    """What changed in how a value is written; for single values hardly anything of it shows."""
    if media_type(old) != media_type(new):
        yield SerializationChanged(site, "content", media_type(old) or style(old), media_type(new) or style(new))
        return
    if style(old) != style(new):
        yield SerializationChanged(site, "style", style(old), style(new))
    elif explode(old) != explode(new) and has_parts(comparison, old, new):
        yield SerializationChanged(site, "explode", str(explode(old)).lower(), str(explode(new)).lower())
    for keyword in ("allowEmptyValue", "allowReserved"):
        before, after = (each.get(keyword) is True for each in (old, new))
        if before is not after:
            yield SerializationChanged(site, keyword, str(before).lower(), str(after).lower())


def style(raw: dict[str, Any]) -> str:
    """The style, or what it is by default."""
    return str(raw.get("style") or STYLES.get(str(raw.get("in")), "form"))


def explode(raw: dict[str, Any]) -> bool:
    """Whether each part of a list or object is written for itself, or what it is by default."""
    value = raw.get("explode")
    return value if isinstance(value, bool) else style(raw) == "form"


def has_parts(comparison: Comparison, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether a value may be a list or an object."""
    types = [comparison.old_shape(schema_in(old)).effective_types, comparison.new_shape(schema_in(new)).effective_types]
    return any(each is None or each & {"array", "object"} for each in types)
