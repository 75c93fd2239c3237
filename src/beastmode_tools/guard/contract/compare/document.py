"""A contract as a document, and how to move around in one that nobody has validated."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from beastmode_tools.source.digest import digest, json_text

__all__ = ["METHODS", "Document", "listing", "mapping", "resolved"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
LONGEST_CHAIN = 50
NOTHING: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Document:
    """An OpenAPI document in the shape of 3.x, whatever it was written in.

    Args:
        name: What a person calls it: a file's name, or the API's version.
        data: The document; keys are text, an older dialect has been converted.
        dialect: What it was written in: "2.0", "3.0" or "3.1".
        notes: What could not be read of it, one sentence each.
        references: Every reference that is written in it; None where nobody has looked.
        targets: What references led to so far.
        told: Reference -> digest and references of what it leads to, so far.
    """

    name: str
    data: dict[str, Any]
    dialect: str = "3.0"
    notes: tuple[str, ...] = ()
    references: frozenset[str] | None = field(default=None, compare=False, repr=False)
    targets: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    told: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict, compare=False, repr=False)

    def target(self, ref: str) -> Any:
        """What a local reference points at; None where that is nothing, or lies outside of the document."""
        if ref not in self.targets:
            self.targets[ref] = found_at(self.data, ref)
        return self.targets[ref]

    def closure(self, raw: Any) -> str:
        """A part of the document with all that its references lead to, as a digest that is the same for the same."""
        text, refs = told(raw)
        seen: dict[str, str] = {}
        waiting = [*refs]
        while waiting:
            ref = waiting.pop()
            if ref not in seen:
                if ref not in self.told:
                    self.told[ref] = told(self.target(ref))
                seen[ref], further = self.told[ref]
                waiting.extend(further)
        return digest(text, seen)


def told(raw: Any) -> tuple[str, tuple[str, ...]]:
    """A digest of a part of a document, and the references that are written in it."""
    refs: dict[str, None] = {}
    waiting = [raw]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(each.get("$ref"), str):
                refs[each["$ref"]] = None
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return digest(json_text(raw)), tuple(refs)


def found_at(data: Any, ref: str) -> Any:
    """The value at a JSON pointer within the document (RFC 6901); None where there is none."""
    if ref == "#":
        return data
    if not ref.startswith("#/"):
        return None
    for raw in ref[2:].split("/"):
        part = percent_decoded(raw).replace("~1", "/").replace("~0", "~")
        if isinstance(data, list) and part.isdecimal() and len(part) < 10 and int(part) < len(data):
            data = data[int(part)]
        elif isinstance(data, dict) and part in data:
            data = data[part]
        else:
            return None
    return data


def percent_decoded(part: str) -> str:
    """A fragment's text; only what JSON pointers in URLs need, and nothing that can fail."""
    return unquote(part) if "%" in part else part


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is an object, else an empty one: documents are not trusted to be valid."""
    return value if isinstance(value, dict) else NOTHING


def listing(value: Any) -> list[Any]:
    """The value where it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def resolved(document: Document, value: Any) -> dict[str, Any]:
    """The object behind a chain of references; the last reference where it leaves the document or has no end."""
    for _ in range(LONGEST_CHAIN):
        if not isinstance(value, dict):
            return NOTHING
        ref = value.get("$ref")
        if not isinstance(ref, str):
            return value
        target = document.target(ref)
        if not isinstance(target, dict):
            return {"$ref": ref}
        value = target
    return {"$ref": "#/without-end"}
