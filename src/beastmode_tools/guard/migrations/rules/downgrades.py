"""Downgrades: whether the way back is there, and whether it leads back."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.changes import (
    DowngradeDropsMore,
    DowngradeEmpty,
    DowngradeIncomplete,
    DowngradeUnnamed,
    DowngradeUnreadable,
)
from beastmode_tools.guard.migrations.rules.finding import at
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import first_few

__all__ = ["RULES"]

REASONS = {
    "missing": "there is no downgrade()",
    "empty": "downgrade() does nothing",
    "raises": "downgrade() only raises an error",
}


@rule("downgrade-missing", Verdict.CAUTIOUS, DowngradeEmpty)
def missing(change: DowngradeEmpty) -> Iterator[Found]:
    """No way back."""
    place = change.found.place
    lost = " What it lost cannot be had back." if change.loses else ""
    yield at(
        place,
        f"{place.revision} has no way back: {REASONS[change.found.why]}, but the upgrade did "
        f"{first_few(change.undone, mark='; ')}.{lost}",
        "Write the downgrade; where rows are lost for good, say so in it, and take a backup before the upgrade.",
        f"{place.revision} downgrade",
    )


@rule("downgrade-incomplete", Verdict.CAUTIOUS, DowngradeIncomplete)
def incomplete(change: DowngradeIncomplete) -> Iterator[Found]:
    """A way back that ends early."""
    yield at(
        change.place,
        f"The downgrade of {change.place.revision} leaves: {first_few(change.missing, mark='; ')}. "
        "A second upgrade may fail on it.",
        "Take back everything that upgrade() does, in the opposite order.",
        f"{change.place.revision} leaves {'; '.join(change.missing)}",
    )


@rule("downgrade-drops-more", Verdict.DANGEROUS, DowngradeDropsMore)
def drops_more(change: DowngradeDropsMore) -> Iterator[Found]:
    """A way back that takes what was there before."""
    yield at(
        change.operation.place,
        f"The downgrade drops {change.what}, which the upgrade did not create: who goes back loses it.",
        "Drop only what upgrade() creates.",
        f"{change.operation.place.revision} downgrade drops {change.what}",
    )


@rule("downgrade-drops-unnamed", Verdict.DANGEROUS, DowngradeUnnamed)
def unnamed(change: DowngradeUnnamed) -> Iterator[Found]:
    """A way back that raises."""
    yield at(
        change.operation.place,
        f"The downgrade drops a constraint of {change.table} without its name: Alembic raises "
        "CompileError, and there is no "
        "way back.",
        "Name the constraint in upgrade() and here; give the metadata a naming_convention.",
        f"{change.operation} in downgrade of {change.operation.place.revision}",
    )


@rule("downgrade-not-readable", Verdict.CAUTIOUS, DowngradeUnreadable)
def unreadable(change: DowngradeUnreadable) -> Iterator[Found]:
    """A way back that nobody can judge by reading."""
    yield at(
        change.operation.place,
        f"What the downgrade does here could not be read ({change.reason}): {change.source}",
        "Write the operation plainly, or prove it: beast prove.",
        f"{change.operation.place.revision} downgrade: {change.source}",
    )


RULES = (missing, incomplete, drops_more, unnamed, unreadable)
