"""A pair of schemas, before and after: what differs in itself, and which pairs stand below."""

from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.guard.compare.contract.shape import Shape

__all__ = ["Child", "Edit", "Node", "Reading"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that waits for its place: `kind(site, *facts)` makes the fact that rules judge."""

    kind: type
    facts: tuple[Any, ...]
    path: str = ""
    is_read_only: bool = False
    is_write_only: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """A pair of subschemas below."""

    path: str
    old: Any
    new: Any
    is_read_only: bool = False
    is_write_only: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How values travel, which decides what a type promises.

    Args:
        is_text: Everything arrives as text (XML, forms, parameters): text takes in every other type.
        is_scalar: Only single values do so (parameters).
    """

    is_text: bool = False
    is_scalar: bool = False


@dataclass(slots=True)
class Node:
    """What is known of a pair; `edits` are its own, `children` are compared for themselves."""

    old: Shape
    new: Shape
    reading: Reading
    edits: list[Edit] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)

    def edit(self, kind: type, *facts: Any) -> None:
        """Notes a change of the schema itself."""
        self.edits.append(Edit(kind, facts))

    def edit_below(self, path: str, shape: Shape, kind: type, *facts: Any) -> None:
        """Notes a change of something that exists on one side only, whose shape tells who sends it."""
        self.edits.append(Edit(kind, facts, path, shape.is_read_only, shape.is_write_only))
