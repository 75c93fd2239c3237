"""A contract as a document, with what its references lead to."""

from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.source.digest import digest, json_text
from beastmode_tools.source.openapi import followed, found_at

__all__ = ["Document", "resolved"]


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


def resolved(document: Document, value: Any) -> dict[str, Any]:
    """The object behind a chain of references; the last reference where it leaves the document or has no end."""
    return followed(value, document.target)
