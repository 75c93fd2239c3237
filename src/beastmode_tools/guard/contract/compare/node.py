"""A pair of schemas, before and after: what differs in itself, and which pairs stand below."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from beastmode_tools.guard.contract.compare.shape import Shape
from beastmode_tools.guard.contract.compare.site import Effect, Site

__all__ = ["Child", "Edit", "Key", "Node", "Reading", "key_of"]

NOWHERE = Site("")
Key = tuple[Any, Any]  # what each side of a pair is remembered by


class SchemaChange(Protocol):
    """What every change of a schema tells besides its own facts."""

    @property
    def site(self) -> Site:
        """Where it stands."""

    @property
    def effect(self) -> Effect:
        """What it does to the set of valid values."""


Kind = Callable[..., SchemaChange]


def key_of(raw: Any) -> Any:
    """What a schema is remembered by: where its reference leads, else which object it is."""
    if type(raw) is dict and len(raw) == 1 and type(raw.get("$ref")) is str:
        return raw["$ref"]
    return id(raw)


class Edit(NamedTuple):
    """A change that waits for its place: `kind(site, *facts)` makes the fact that rules judge.

    `held` is what the facts only name: the raw parts of the old and of the new document.
    """

    kind: Kind
    facts: tuple[Any, ...]
    path: str = ""
    is_read_only: bool = False
    is_write_only: bool = False
    held: tuple[Any, Any] = (None, None)

    @property
    def effect(self) -> Effect:
        """What it does to the set of valid values, which is the same wherever it stands."""
        return self.at(NOWHERE).effect

    def at(self, site: Site) -> SchemaChange:
        """The change, in its place."""
        return self.kind(site, *self.facts)


class Child(NamedTuple):
    """A pair of subschemas below."""

    path: str
    old: Any
    new: Any
    is_read_only: bool
    is_write_only: bool
    key: Key


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

    def child(self, path: str, old: Any, new: Any, *, is_read_only: bool = False, is_write_only: bool = False) -> None:
        """Notes a pair of subschemas to be compared."""
        self.children.append(Child(path, old, new, is_read_only, is_write_only, (key_of(old), key_of(new))))

    def edit(self, kind: Kind, *facts: Any, old: Any = None, new: Any = None) -> None:
        """Notes a change of the schema itself; `old` and `new` are the raw parts where the facts only name them."""
        self.edits.append(Edit(kind, facts, held=(old, new)))

    def edit_below(self, path: str, shape: Shape, kind: Kind, *facts: Any, new: Any = None) -> None:
        """Notes a change of something that exists on one side only, whose shape tells who sends it."""
        self.edits.append(Edit(kind, facts, path, shape.is_read_only, shape.is_write_only, (None, new)))
