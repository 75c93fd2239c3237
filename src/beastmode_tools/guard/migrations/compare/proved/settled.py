"""What a run has settled: reading alone doubts a way back that was seen to lead back, row by row."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from beastmode_tools.guard.migrations.compare.changes import (
    DowngradeDropsMore,
    DowngradeIncomplete,
    DowngradeUnreadable,
    EnumLeftBehind,
)
from beastmode_tools.guard.migrations.compare.operations import ExecuteSql, Place
from beastmode_tools.guard.migrations.compare.proved.facts import Reversible, RowsChanged

__all__ = ["settled"]


def settled(changes: Iterable[object], facts: Iterable[object]) -> Iterator[object]:
    """The changes of migrations without doubts that a run has settled.

    Args:
        changes: As they read.
        facts: What was seen to run.
    """
    seen = list(facts)
    proved = {fact.revision: fact.dialects for fact in seen if isinstance(fact, Reversible)}
    written = {(fact.revision, fact.table) for fact in seen if isinstance(fact, RowsChanged) and fact.column}
    for change in changes:
        if is_disproved(change, proved):
            continue
        if isinstance(change, ExecuteSql) and change.place.revision in proved:
            tables = {(change.place.revision, table) for table in change.tables}
            yield replace(change, restored=bool(tables) and tables <= written)
        else:
            yield change


def is_disproved(change: object, proved: dict[str, tuple[str, ...]]) -> bool:
    """Whether a doubt about a way back is none, since every row and part of the schema was as before behind it."""
    if isinstance(change, EnumLeftBehind):
        return "postgresql" in proved.get(change.place.revision, ())
    if isinstance(change, DowngradeIncomplete):
        return ran(change.place, proved)
    if isinstance(change, DowngradeDropsMore | DowngradeUnreadable):
        return ran(change.operation.place, proved)
    return False


def ran(place: Place, proved: dict[str, tuple[str, ...]]) -> bool:
    """Whether what stands there was among what was run."""
    dialects = proved.get(place.revision, ())
    return bool(dialects) and (not place.dialects or not set(dialects).isdisjoint(place.dialects))
