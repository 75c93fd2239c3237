"""Where in a contract something changed, and who reads there."""

import dataclasses
import enum
from dataclasses import dataclass, replace

from beastmode_tools.source.digest import TELLS, digest

__all__ = ["Direction", "Effect", "Site"]


class Direction(enum.Enum):
    """Who sends what stands here: the client (a request may widen) or the API (a response may narrow)."""

    REQUEST = "request"
    RESPONSE = "response"


class Effect(enum.Flag):
    """What a change does to the set of values that are valid."""

    NONE = 0
    WIDENS = 1
    NARROWS = 2
    BOTH = 3

    @property
    def inverse(self) -> "Effect":
        """The effect of the same change within a `not`."""
        swapped = {Effect.WIDENS: Effect.NARROWS, Effect.NARROWS: Effect.WIDENS}
        return swapped.get(self, self)


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a contract.

    Args:
        operation: "GET /users/{id}"; "webhook order-made POST"; "" for the document itself.
        part: "200 → application/json", "request body → application/json", "query parameter page"; "" for the operation.
        field: Below that: "items[].name"; "" for the whole of it.
        direction: Who sends it.
        kind: "operation", "parameter", "header" or "body".
        is_hidden: A read-only field of a request, or a write-only one of a response: nobody sends it.
        content: What came, went or became another one there, as a digest, where the fact itself only names it.
    """

    operation: str
    part: str = ""
    field: str = ""
    direction: Direction = Direction.REQUEST
    kind: str = "operation"
    is_hidden: bool = False
    content: str = dataclasses.field(default="", compare=False, metadata=TELLS)

    @property
    def where(self) -> str:
        """The place for a person."""
        return " → ".join(text for text in (self.operation, self.part, self.field) if text)

    @property
    def subject(self) -> str:
        """The place in words that stay when lines move."""
        return self.where.replace(" → ", " ")

    @property
    def name(self) -> str:
        """The field, else the part: what a sentence may call the thing that changed."""
        return self.field or self.part or self.operation

    @property
    def is_request(self) -> bool:
        """Whether the client sends it."""
        return self.direction is Direction.REQUEST

    def holding(self, *contents: str) -> "Site":
        """The same place, with what came, went or became another one there."""
        return replace(self, content=digest(*contents))

    def at(self, field: str, *, is_hidden: bool = False) -> "Site":
        """The same part, at a field of it."""
        return replace(self, field=field, is_hidden=is_hidden)
