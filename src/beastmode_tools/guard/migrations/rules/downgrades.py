"""Downgrades: whether the way back is there, and whether it leads back."""

from collections.abc import Iterator

from beastmode_tools.guard.migrations.compare.changes import (
    DowngradeDropsMore,
    DowngradeEmpty,
    DowngradeIncomplete,
    DowngradeUnreadable,
)
from beastmode_tools.guard.migrations.rules.finding import at
from beastmode_tools.guard.rule import Match, rule
from beastmode_tools.guard.wording import first_few

__all__ = ["RULES"]

REASONS = {
    "missing": "has no downgrade()",
    "empty": "has an empty downgrade()",
    "raises": "has a downgrade() that only raises an error",
}


@rule("downgrade-missing", DowngradeEmpty)
def missing(change: DowngradeEmpty) -> Iterator[Match]:
    """No way back."""
    place = change.found.place
    yield at(
        place,
        f"{place.revision} downgrade",
        id=place.revision,
        reason=REASONS[change.found.why],
        undone=first_few(change.undone, mark="; "),
        lost="; the data that it lost cannot be restored" if change.loses else "",
    )


@rule("downgrade-incomplete", DowngradeIncomplete)
def incomplete(change: DowngradeIncomplete) -> Iterator[Match]:
    """A way back that ends early."""
    revision = change.place.revision
    subject = f"{revision} leaves {'; '.join(change.missing)}"
    yield at(change.place, subject, "left", id=revision, missing=first_few(change.missing, mark="; "))


@rule("downgrade-drops-more", DowngradeDropsMore)
def drops_more(change: DowngradeDropsMore) -> Iterator[Match]:
    """A way back that takes what was there before."""
    place = change.operation.place
    yield at(place, f"{place.revision} downgrade drops {change.what}", id=place.revision)


@rule("operation-not-readable", DowngradeUnreadable)
def unreadable(change: DowngradeUnreadable) -> Iterator[Match]:
    """A way back that nobody can judge by reading."""
    place = change.operation.place
    yield at(place, f"{place.revision} downgrade: {change.source}", "downgrade-not-readable")


RULES = (missing, incomplete, drops_more, unreadable)
