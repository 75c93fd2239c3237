"""Everything that rules judge of a change's migrations: the graph, the operations, and what they mean together."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.context import Surroundings
from beastmode_tools.guard.migrations.compare.history import History, compare
from beastmode_tools.guard.migrations.compare.squawk import beyond_ours, statements_for_squawk
from beastmode_tools.guard.migrations.compare.stream import changes_of
from beastmode_tools.guard.migrations.read.source import read_operations
from beastmode_tools.guard.migrations.read.squawk import read_squawk

__all__ = ["read_changes", "surroundings_of"]

# Earlier revisions that may be opened to learn what a column was: the latest ones that name it.
MOST = 80


def read_changes(  # noqa: PLR0913 - both sides, and what the caller alone knows
    old: History,
    new: History,
    folder: Path | None = None,
    *,
    tables: dict[str, Any] | None = None,
    big_tables: Sequence[str] = (),
    postgres: int = 15,
    squawk: bool = True,
) -> Iterator[object]:
    """All changes of a change's migrations.

    Args:
        old: The base's history.
        new: The work side's history.
        folder: The work side's project folder, where modules that migrations import are looked for.
        tables: The base models' tables, as `Application.tables` has them.
        big_tables: Tables that hold many rows.
        postgres: Major version of PostgreSQL in production.
        squawk: Whether to ask squawk too, where it is installed, about SQL that stands in the migrations.
    """
    yield from compare(old, new)
    added = [name for name in (*new.order, *new.cyclic) if name not in old.revisions]
    operations = read_operations(new, added, folder)
    around = surroundings_of(operations, new, added, folder)
    yield from changes_of(operations, Surroundings(around, tables or {}, tuple(big_tables), postgres))
    if squawk:
        yield from beyond_ours(read_squawk(statements_for_squawk(operations), postgres=postgres) or ())


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
