"""Operations: which are the same, which came and went, and what changed in each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from beastmode_tools.guard.contract.compare.document import Document, resolved
from beastmode_tools.guard.contract.compare.lifecycle import (
    compare_lifecycle,
    is_past,
    is_unpromised,
    stability,
    sunset_of,
)
from beastmode_tools.guard.contract.compare.messages import compare_bodies, compare_responses
from beastmode_tools.guard.contract.compare.outgoing import compare_callbacks
from beastmode_tools.guard.contract.compare.parameters import (
    Parameters,
    compare_parameters,
    parameters_of,
    placeholders,
)
from beastmode_tools.guard.contract.compare.schema_changes import NotUnderstood, TextChanged
from beastmode_tools.guard.contract.compare.schemas import Comparison
from beastmode_tools.guard.contract.compare.security import Alternatives, alternatives_of, compare_security
from beastmode_tools.guard.contract.compare.site import Direction, Site
from beastmode_tools.guard.contract.compare.structure_changes import (
    OperationAdded,
    OperationIdChanged,
    OperationRemoved,
    PathRespelled,
    StabilityChanged,
    UnpromisedChanged,
)
from beastmode_tools.source.digest import json_text
from beastmode_tools.source.openapi import METHODS, listing, mapping
from beastmode_tools.source.paths import slashless, unnamed

__all__ = ["Operation", "compare_operations", "operations_of"]


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path; `item` is what the path says for all of its methods."""

    path: str
    method: str
    item: dict[str, Any]
    raw: dict[str, Any]
    security: Alternatives

    @property
    def name(self) -> str:
        """Method and path: GET /users/{id}."""
        return f"{self.method.upper()} {self.path}"


Key = tuple[str, str]


def operations_of(document: Document, names: dict[str, str]) -> dict[Key, Operation]:
    """Every operation by path and method."""
    found: dict[Key, Operation] = {}
    for path, raw in mapping(document.data.get("paths")).items():
        item = resolved(document, raw)
        for method in METHODS:
            operation = item.get(method)
            if isinstance(operation, dict):
                ways = alternatives_of(document, operation, names)
                found[path, method] = Operation(path, method, item, operation, ways)
    return found


def compare_operations(
    comparison: Comparison, old: dict[Key, Operation], new: dict[Key, Operation], today: date | None
) -> Iterator[Any]:
    """What changed between all operations."""
    pairs = matched(old, new)
    partners = {id(other) for other in pairs.values()}
    for key, operation in old.items():
        if key in pairs:
            yield from compare_pair(comparison, operation, pairs[key], today)
        elif is_unpromised(operation.raw):
            yield UnpromisedChanged(Site(operation.name), stability(operation.raw), 1)
        else:
            sunset = sunset_of(operation.raw)
            is_deprecated = operation.raw.get("deprecated") is True
            yield OperationRemoved(Site(operation.name), is_deprecated, sunset, is_past(sunset, today))
    for operation in new.values():
        if id(operation) not in partners:
            yield OperationAdded(Site(operation.name))


def matched(old: dict[Key, Operation], new: dict[Key, Operation]) -> dict[Key, Operation]:
    """Old operations -> the new ones at the same address, whatever the parameters are called there."""
    pairs = {key: new[key] for key in old if key in new}
    taken = set(pairs)
    for address in (unnamed, slashless):
        free = {(address(path), method): (path, method) for path, method in new if (path, method) not in taken}
        for path, method in old:
            other = free.get((address(path), method)) if (path, method) not in pairs else None
            if other is not None and other not in taken:
                pairs[path, method] = new[other]
                taken.add(other)
    return pairs


def compare_pair(comparison: Comparison, old: Operation, new: Operation, today: date | None) -> Iterator[Any]:
    """What changed in one operation; in a draft, only that something did, and who may call it."""
    site = Site(old.name)
    if (
        old.path == new.path
        and comparison.are_same(old.raw, new.raw)
        and comparison.are_same(old.item.get("parameters"), new.item.get("parameters"))
    ):
        yield from compare_security(old.security, new.security, site)
        return
    if is_unpromised(old.raw):
        changes = list(changes_of(comparison, old, new, today))
        yield from (each for each in changes if isinstance(each, StabilityChanged))
        if changes:
            yield UnpromisedChanged(site, stability(old.raw), len(changes))
    else:
        yield from changes_of(comparison, old, new, today)
    yield from compare_security(old.security, new.security, site)


def changes_of(comparison: Comparison, old: Operation, new: Operation, today: date | None) -> Iterator[Any]:
    """What changed in one operation, but for its security."""
    site = Site(old.name)
    if old.path != new.path:
        is_slash = old.path.endswith("/") is not new.path.endswith("/")
        yield PathRespelled(site, old.path, new.path, is_slash)
    names = [text_or_none(each.raw.get("operationId")) for each in (old, new)]
    if names[0] != names[1]:
        yield OperationIdChanged(site, *names)
    yield from compare_lifecycle(old.raw, new.raw, site, today)
    one = renamed(parameters_of(comparison.old, old.item, old.raw), old.path, new.path)
    other = parameters_of(comparison.new, new.item, new.raw)
    yield from compare_parameters(comparison, one, other, site, today)
    body = replace(site, part="request body", kind="body")
    yield from compare_bodies(comparison, old.raw.get("requestBody"), new.raw.get("requestBody"), body)
    answer = replace(site, direction=Direction.RESPONSE, kind="body")
    yield from compare_responses(comparison, old.raw.get("responses"), new.raw.get("responses"), answer)
    yield from compare_callbacks(comparison, old.raw, new.raw, site)
    if has_other_words(old.raw, new.raw):
        yield TextChanged(site)
    for key in sorted({*old.raw, *new.raw} - KNOWN):
        if not key.startswith("x-") and old.raw.get(key) != new.raw.get(key):
            sides = (json_text(each.raw.get(key)) for each in (old, new))
            yield NotUnderstood(site.holding(*sides), f"{key!r} changed")


KNOWN = frozenset(
    (
        *("operationId", "deprecated", "parameters", "requestBody", "responses", "callbacks", "security", "servers"),
        *("tags", "summary", "description", "externalDocs"),
    )
)


def text_or_none(value: Any) -> str | None:
    """A text, or nothing."""
    return None if value is None else str(value)


def has_other_words(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether words for people, tags, or extensions of others changed."""
    words = [key for key in {**old, **new} if key.startswith("x-") or key in ("summary", "description", "externalDocs")]
    tags = [sorted(map(str, listing(each.get("tags")))) for each in (old, new)]
    return tags[0] != tags[1] or any(
        old.get(key) != new.get(key) for key in words if key not in ("x-sunset", "x-stability-level")
    )


def renamed(parameters: Parameters, old: str, new: str) -> Parameters:
    """Parameters with the names that the placeholders at their place have now."""
    names = dict(zip(placeholders(old), placeholders(new), strict=False))
    return {
        (place, names.get(name, name) if place == "path" else name): facts
        for (place, name), facts in parameters.items()
    }
