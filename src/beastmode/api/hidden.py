"""Leaves operations out of an OpenAPI document, with what only they refer to."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

_PREFIX = "#/components/schemas/"


def without(document: dict[str, Any], operation_ids: Collection[str]) -> dict[str, Any]:
    """A document without some operations, and without the paths, schemas and tags that are only theirs.

    Args:
        document: The document; it is not changed.
        operation_ids: The operations.
    """
    paths = {
        path: kept
        for path, operations in document.get("paths", {}).items()
        if (kept := {method: each for method, each in operations.items() if _id_of(each) not in operation_ids})
        and any(_id_of(each) is not None for each in kept.values())
    }
    components = document.get("components", {})
    schemas = components.get("schemas", {})
    lost = _reached(document["paths"], schemas) - _reached(paths, schemas)
    left = {name: schema for name, schema in schemas.items() if name not in lost}
    used = {tag for operations in paths.values() for each in operations.values() for tag in _tags_of(each)}
    tags = [tag for tag in document.get("tags", ()) if tag["name"] in used]
    return {**document, "paths": paths, "components": {**components, "schemas": left}, "tags": tags}


def _id_of(operation: Any) -> str | None:
    return operation.get("operationId") if isinstance(operation, Mapping) else None


def _tags_of(operation: Any) -> Collection[str]:
    return operation.get("tags", ()) if isinstance(operation, Mapping) else ()


def _reached(paths: Mapping[str, Any], schemas: Mapping[str, Any]) -> set[str]:
    """The names of the schemas that paths refer to, directly or through others."""
    found: set[str] = set()
    waiting = set(_references(paths))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= set(_references(schemas.get(name, {})))
    return found


def _references(part: Any) -> Iterator[str]:
    """The names of the schemas that a part of a document refers to directly."""
    waiting = [part]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            reference = value.get("$ref")
            if isinstance(reference, str) and reference.startswith(_PREFIX):
                yield reference.removeprefix(_PREFIX)
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value
