"""One field of a resource, as data."""

from dataclasses import dataclass

__all__ = ["Field"]


@dataclass(frozen=True, slots=True)
class Field:
    """What a person said about a field, such as `price:decimal:10,2=0`.

    Args:
        name: As typed; a relation's column adds `_id`.
        kind: A key of `KINDS`, or "relation".
        target: The model that a relation refers to, or the class of an enum.
        length: The maximum length of a string.
        digits: Of a decimal: all digits, and those after the point.
        low: The lowest value that is accepted, as text; "" for none.
        high: The highest value that is accepted, as text; "" for none.
        choices: The values of an enum.
        default: As text; None for none.
        is_list: Whether it holds several values.
        is_optional: Whether it may be null.
        is_unique: Whether no two rows may have the same value.
        is_indexed: Whether the column has an index.
    """

    name: str
    kind: str
    target: str = ""
    length: int | None = None
    digits: tuple[int, int] | None = None
    low: str = ""
    high: str = ""
    choices: tuple[str, ...] = ()
    default: str | None = None
    is_list: bool = False
    is_optional: bool = False
    is_unique: bool = False
    is_indexed: bool = False

    @property
    def column(self) -> str:
        """The name of its column, which is also its name in JSON."""
        return f"{self.name}_id" if self.kind == "relation" else self.name

    @property
    def is_required(self) -> bool:
        """Whether a client has to send it."""
        return not self.is_optional and self.default is None
