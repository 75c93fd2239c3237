"""Compares what an API promised with what it promises: two documents in, typed changes out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from beastmode_tools.guard.contract.compare.document import Document
from beastmode_tools.guard.contract.compare.operations import compare_operations, operations_of
from beastmode_tools.guard.contract.compare.outgoing import compare_webhooks
from beastmode_tools.guard.contract.compare.schema_changes import TextChanged
from beastmode_tools.guard.contract.compare.schemas import Comparison
from beastmode_tools.guard.contract.compare.security import compare_schemes, renamed_schemes, scheme_names
from beastmode_tools.guard.contract.compare.site import Site
from beastmode_tools.guard.contract.compare.structure_changes import ServerChanged, VersionAdded, VersionRemoved
from beastmode_tools.source.openapi import listing, mapping

__all__ = ["Document", "compare", "compare_versions"]


def compare(old: Document, new: Document, *, today: date | None = None, label: str = "") -> Iterator[Any]:
    """Every change between two documents, as small typed facts for the rules.

    Args:
        old: What was promised.
        new: What is promised now.
        today: To judge sunset dates by; without it, none has passed.
        label: What to call the document in places; "" where there is one only.
    """
    comparison = Comparison(old, new)
    names = renamed_schemes(old, new)
    before, after = operations_of(old, {}), operations_of(new, names)
    changes = [
        compare_operations(comparison, before, after, today),
        compare_webhooks(comparison),
        compare_schemes(
            old,
            new,
            {name for each in (before, after) for one in each.values() for name in scheme_names(one.security)},
            names,
        ),
        compare_servers(old, new),
    ]
    has_other_words = any(old.data.get(key) != new.data.get(key) for key in ("info", "tags", "externalDocs"))
    for stream in changes:
        yield from (labelled(change, label) for change in stream)
    if has_other_words:
        yield labelled(TextChanged(Site("", "info")), label)


def labelled(change: Any, label: str) -> Any:
    """A change of one document among several."""
    if not label:
        return change
    return replace(change, site=replace(change.site, operation=f"{label} {change.site.operation}".strip()))


def compare_versions(old: dict[str, Document], new: dict[str, Document], *, today: date | None = None) -> Iterator[Any]:
    """Every change between the documents of two sides of a project: each version with its namesake.

    Args:
        old: Version -> document.
        new: The same of the other side.
        today: To judge sunset dates by.
    """
    if len(old) == 1 and [*old] == [*new]:
        yield from compare(*old.values(), *new.values(), today=today)
        return
    for name in {**old, **new}:
        site = Site(name)
        if name not in new:
            yield VersionRemoved(site, name)
        elif name not in old:
            yield VersionAdded(site, name)
        else:
            yield from compare(old[name], new[name], today=today, label=name)


def compare_servers(old: Document, new: Document) -> Iterator[ServerChanged]:
    """Other addresses: hosts are a matter of deployment, another path before every operation is not."""
    before, after = (servers_of(document) for document in (old, new))
    if before != after:
        paths = [{path_of(url) for url in each} for each in (before, after)]
        is_base_path = bool(paths[0] and paths[1]) and paths[0].isdisjoint(paths[1])
        yield ServerChanged(Site("", "servers"), ", ".join(before), ", ".join(after), is_base_path)


def path_of(url: str) -> str:
    """The path of a URL; "" where it is none."""
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def servers_of(document: Document) -> list[str]:
    """The URLs of a document's servers."""
    return sorted(str(mapping(server).get("url", "/")) for server in listing(document.data.get("servers")))
