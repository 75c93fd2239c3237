"""Both sides of a change as the comparers of code take them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from beastmode_tools.probes.messages.application import Application
from beastmode_tools.source.sides import FileChange
from beastmode_tools.source.syntax import Module, NotReadable, module_of

__all__ = ["Delta", "Pair", "delta_of_files", "pairs"]


@dataclass(frozen=True, slots=True, eq=False)
class Delta:
    """A change with what surrounds it.

    Args:
        changes: The files that differ.
        old_files: Path -> text of every text file of the base side; may read lazily.
        new_files: The same of the work side.
        old_app: The base side's application, if it started.
        new_app: The work side's application, if it started.
        core: `[guard] core`.
    """

    changes: tuple[FileChange, ...]
    old_files: Mapping[str, str] = field(default_factory=dict)
    new_files: Mapping[str, str] = field(default_factory=dict)
    old_app: Application | None = None
    new_app: Application | None = None
    core: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A changed Python file, read on both sides; None where there is none or where it cannot be read."""

    change: FileChange
    old: Module | None
    new: Module | None
    old_problem: NotReadable | None = None
    new_problem: NotReadable | None = None

    @property
    def path(self) -> str:
        """Where it is now, or was."""
        return self.change.path


def pairs(changes: tuple[FileChange, ...]) -> list[Pair]:
    """The changed Python files, both sides parsed."""
    return [pair_of(change) for change in changes if change.path.endswith((".py", ".pyw")) and not change.is_binary]


def pair_of(change: FileChange) -> Pair:
    """One changed file, both sides parsed."""
    old = None if change.old is None else module_of(change.old_path, change.old)
    new = None if change.new is None else module_of(change.path, change.new)
    return Pair(
        change,
        old if isinstance(old, Module) else None,
        new if isinstance(new, Module) else None,
        old if isinstance(old, NotReadable) else None,
        new if isinstance(new, NotReadable) else None,
    )


def delta_of_files(old: Mapping[str, str], new: Mapping[str, str], core: tuple[str, ...] = ()) -> Delta:
    """The change between two sets of files, given as path -> text."""
    changes = tuple(
        FileChange(path, path, old.get(path), new.get(path))
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    )
    return Delta(changes, old, new, core=core)
