"""Revisions of which no run showed anything: what is known of them is what their source says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from beastmode_tools.guard.migrations.compare.history import Revision
from beastmode_tools.guard.migrations.compare.proved.trips import Trip

__all__ = ["MigrationsNotProved", "shown_by", "unproved"]


@dataclass(frozen=True, slots=True)
class MigrationsNotProved:
    """Revisions that ran on no database.

    Args:
        revisions: Which, in the order of the history.
        reasons: What kept them from it, a sentence each.
        asked: Whether proofs were asked for.
    """

    revisions: tuple[Revision, ...]
    reasons: tuple[str, ...] = field(default=(), compare=False)
    asked: bool = field(default=True, compare=False)


def unproved(
    revisions: Mapping[str, Revision],
    wanted: Sequence[str],
    shown: Iterable[str],
    reasons: Sequence[str],
    *,
    asked: bool,
) -> Iterator[MigrationsNotProved]:
    """One fact about all wanted revisions that nothing was shown of; nothing where there is none.

    Args:
        revisions: The history, by id.
        wanted: The revisions to prove.
        shown: Those of which a run showed something.
        reasons: What kept the others from it.
        asked: Whether proofs were asked for.
    """
    known = set(shown)
    left = tuple(revisions[name] for name in wanted if name not in known and name in revisions)
    if left:
        yield MigrationsNotProved(left, tuple(dict.fromkeys(reasons)), asked)


def shown_by(trips: Iterable[Trip]) -> set[str]:
    """The revisions that did something where they ran, or have nothing in them that could be done."""
    return {trip.up.revision for trip in trips if not trip.is_idle or trip.up.body != "some"}
