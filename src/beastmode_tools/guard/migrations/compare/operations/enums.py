"""Operations on enum types, which only PostgreSQL has."""

from collections.abc import Sequence
from dataclasses import dataclass

from beastmode_tools.guard.migrations.compare.operations.base import Operation
from beastmode_tools.guard.migrations.compare.state import State

__all__ = ["AddEnumValue", "CreateEnum", "DropEnum", "RenameEnumValue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateEnum(Operation):
    """CREATE TYPE ... AS ENUM."""

    name: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"create_enum {self.name}"

    @property
    def enums_created(self) -> list[str]:
        """The type."""
        return [self.name] if self.name else []

    def apply_to(self, state: State) -> None:
        """The type is there."""
        state.enums[self.name] = self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class DropEnum(Operation):
    """DROP TYPE of an enum."""

    name: str

    def __str__(self) -> str:
        return f"drop_enum {self.name}"

    @property
    def enum_name(self) -> str:
        """The type."""
        return self.name

    @property
    def earlier_words(self) -> set[tuple[str, ...]]:
        """The type's name."""
        return {(self.name,)} if self.name else set()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEnumValue(Operation):
    """ALTER TYPE ... ADD VALUE."""

    name: str
    value: str
    if_not_exists: bool = False
    placed: bool = False

    def __str__(self) -> str:
        return f"add_enum_value {self.name}.{self.value}"

    can_be_undone = False  # PostgreSQL has no way to take a value back

    @property
    def enum_name(self) -> str:
        """The type."""
        return self.name

    @property
    def earlier_words(self) -> set[tuple[str, ...]]:
        """The type's name."""
        return {(self.name,)} if self.name else set()

    def is_used_too_early(self, later: Sequence[Operation]) -> bool:
        """Whether the same transaction uses the value, which PostgreSQL refuses."""
        word = f"'{self.value}'"
        return not self.place.in_autocommit and any(
            each.place.revision == self.place.revision and each.mentions(word) for each in later
        )

    def apply_to(self, state: State) -> None:
        """The type has one more value."""
        if self.name in state.enums and self.value not in state.enums[self.name]:
            state.enums[self.name] += (self.value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameEnumValue(Operation):
    """ALTER TYPE ... RENAME VALUE."""

    name: str
    value: str
    new_value: str

    def __str__(self) -> str:
        return f"rename_enum_value {self.name}.{self.value} to {self.new_value}"

    @property
    def earlier_words(self) -> set[tuple[str, ...]]:
        """The type's name."""
        return {(self.name,)} if self.name else set()
