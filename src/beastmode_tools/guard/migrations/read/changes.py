"""Everything that rules judge of a change's migrations: the graph, the operations, and what they mean together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.context import Surroundings
from beastmode_tools.guard.migrations.compare.history import History, compare
from beastmode_tools.guard.migrations.compare.squawk import beyond_ours, statements_for_squawk
from beastmode_tools.guard.migrations.compare.stream import changes_of
from beastmode_tools.guard.migrations.read.source import read_operations
from beastmode_tools.guard.migrations.read.squawk import read_squawk

__all__ = ["Histories", "changes_by", "new_operations", "read_changes", "surroundings_of"]

# Earlier revisions that may be opened to learn what a column was: the latest ones that name it.
MOST = 80


@dataclass(frozen=True, slots=True)
class Histories:
    """Both sides' histories, and what is known besides.

    Args:
        old: The base's history.
        new: The work side's history.
        folder: The work side's project folder, where modules that migrations import are looked for.
        tables: The base models' tables, as `Application.tables` has them.
        big_tables: Tables that hold many rows.
        postgres: Major version of PostgreSQL in production.
        squawk: Whether to ask squawk too, where it is installed, about SQL that stands in the migrations.
        is_one_transaction: An upgrade runs all revisions in one transaction.
    """

    old: History
    new: History
    folder: Path | None = None
    tables: dict[str, Any] = field(default_factory=dict)
    big_tables: tuple[str, ...] = ()
    postgres: int = 15
    squawk: bool = True
    is_one_transaction: bool = False

    @property
    def added(self) -> list[str]:
        """The revisions that the change brings, in the order in which they run; those on a cycle last."""
        return [name for name in (*self.new.order, *self.new.cyclic) if name not in self.old.revisions]


def read_changes(histories: Histories) -> Iterator[object]:
    """All changes of a change's migrations, as they read."""
    yield from compare(histories.old, histories.new)
    yield from changes_by(new_operations(histories), histories)


def new_operations(histories: Histories) -> list[ops.Operation]:
    """What the new revisions do in both directions, as they read."""
    return read_operations(histories.new, histories.added, histories.folder)


def changes_by(operations: Sequence[ops.Operation], histories: Histories) -> Iterator[object]:
    """What the operations of the new revisions mean, one by one and together.

    Args:
        operations: Both directions; read, or read and seen to run.
        histories: Where the revisions belong.
    """
    around = surroundings_of(operations, histories.new, histories.added, histories.folder)
    known = Surroundings(
        around, histories.tables, histories.big_tables, histories.postgres, histories.is_one_transaction
    )
    yield from changes_of(operations, known)
    if histories.squawk:
        statements = statements_for_squawk(operations)
        yield from beyond_ours(read_squawk(statements, postgres=histories.postgres) or ())


def surroundings_of(
    operations: Sequence[ops.Operation], history: History, added: Sequence[str], folder: Path | None = None
) -> tuple[ops.Operation, ...]:
    """Operations of earlier upgrades that say what the operations change: only revisions that name it are opened."""
    wanted = {words for op in operations for words in op.earlier_words}
    fresh = set(added)
    earlier = [
        name
        for name in history.order
        if name not in fresh and any(all(word in history.revisions[name].source for word in words) for words in wanted)
    ]
    found = read_operations(history, earlier[-MOST:], folder)
    return tuple(op for op in found if op.place.direction == "upgrade")
