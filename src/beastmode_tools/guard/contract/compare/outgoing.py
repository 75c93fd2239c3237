"""Requests that the API itself sends: webhooks and callbacks. Here the client answers, so directions change places."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from beastmode_tools.guard.contract.compare.document import Document, resolved
from beastmode_tools.guard.contract.compare.messages import compare_bodies, compare_headers, compare_responses
from beastmode_tools.guard.contract.compare.parameters import parameters_of
from beastmode_tools.guard.contract.compare.schemas import Comparison
from beastmode_tools.guard.contract.compare.site import Direction, Site
from beastmode_tools.guard.contract.compare.structure_changes import OutgoingAdded, OutgoingRemoved
from beastmode_tools.source.openapi import METHODS, mapping

__all__ = ["compare_callbacks", "compare_webhooks"]

Requests = dict[str, tuple[dict[str, Any], dict[str, Any]]]


def compare_webhooks(comparison: Comparison) -> Iterator[Any]:
    """What changed between the webhooks of two documents."""
    before, after = (
        requests_of(
            document, {**mapping(document.data.get("x-webhooks")), **mapping(document.data.get("webhooks"))}, "webhook"
        )
        for document in (comparison.old, comparison.new)
    )
    yield from compare_requests(comparison, before, after, "")


def compare_callbacks(comparison: Comparison, old: dict[str, Any], new: dict[str, Any], site: Site) -> Iterator[Any]:
    """What changed between the callbacks of an operation."""
    if "callbacks" not in old and "callbacks" not in new:
        return
    before, after = (
        {
            name: facts
            for label, raw in mapping(operation.get("callbacks")).items()
            for name, facts in requests_of(document, resolved(document, raw), f"callback {label}").items()
        }
        for document, operation in ((comparison.old, old), (comparison.new, new))
    )
    yield from compare_requests(comparison, before, after, site.operation)


def requests_of(document: Document, items: dict[str, Any], label: str) -> Requests:
    """Requests by name, each with what its path says for all methods."""
    found: Requests = {}
    for name, raw in items.items():
        item = resolved(document, raw)
        for method in METHODS:
            if isinstance(item.get(method), dict):
                found[f"{label} {name} {method.upper()}"] = (item, item[method])
    return found


def compare_requests(comparison: Comparison, old: Requests, new: Requests, operation: str) -> Iterator[Any]:
    """What changed between requests that the API sends."""
    for name in {**old, **new}:
        where = f"{operation} → {name}".removeprefix(" → ")
        site = Site(where, direction=Direction.RESPONSE)
        kind = name.partition(" ")[0]
        if name not in new:
            yield OutgoingRemoved(site, kind)
        elif name not in old:
            yield OutgoingAdded(site.holding(comparison.new.closure(new[name][1])), kind)
        elif not (comparison.are_same(old[name][1], new[name][1]) and comparison.are_same(old[name][0], new[name][0])):
            yield from compare_request(comparison, old[name], new[name], site)


def compare_request(comparison: Comparison, old: Any, new: Any, site: Site) -> Iterator[Any]:
    """What changed in one of them: its body and parameters are ours to narrow, its answers are ours to widen."""
    body = replace(site, part="request body", kind="body")
    yield from compare_bodies(comparison, old[1].get("requestBody"), new[1].get("requestBody"), body)
    before, after = (
        {f"{place} parameter {name}": facts for (place, name), facts in parameters_of(document, *facts).items()}
        for document, facts in ((comparison.old, old), (comparison.new, new))
    )
    yield from compare_headers(comparison, before, after, site)
    answer = replace(site, direction=Direction.REQUEST, kind="body")
    yield from compare_responses(comparison, old[1].get("responses"), new[1].get("responses"), answer)
