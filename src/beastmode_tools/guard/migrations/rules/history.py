"""The graph of revisions."""

from collections.abc import Iterator, Sequence

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.history import (
    CyclicHistory,
    DuplicateRevision,
    HistoryProblem,
    MissingParent,
    ParentMoved,
    Revision,
    RevisionEdited,
    RevisionRemoved,
    SeveralHeads,
)
from beastmode_tools.guard.migrations.compare.operations import NoOperations
from beastmode_tools.guard.rule import Match, row, rule

__all__ = ["RULES"]


def ids_of(revisions: Sequence[Revision]) -> str:
    """Their ids, as a list."""
    return ", ".join(revision.id for revision in revisions)


@rule("several-heads", SeveralHeads)
def several_heads(change: SeveralHeads) -> Iterator[Match]:
    """`upgrade head` does not know where to go."""
    names = ids_of(change.heads)
    yield Match(
        where=change.heads[-1].path,
        subject=f"heads {names}",
        fields={"count": len(change.heads), "names": names},
        message="labelled" if change.labelled else "unlabelled",
        verdict=Verdict.CAUTIOUS if change.labelled else None,
    )


@rule("revision-changed", ParentMoved)
def moved(change: ParentMoved) -> Iterator[Match]:
    """A revision that was released follows another one now."""
    inserted = ", ".join(change.inserted)
    yield Match(
        where=change.new.path,
        subject=f"parent of {change.new.id}",
        fields={
            "id": change.new.id,
            "new_parent": ", ".join(change.new.down) or "nothing",
            "old_parent": ", ".join(change.old.down) or "nothing",
            "skipped": f", so databases that have already run it never run {inserted}" if inserted else "",
        },
        message="revision-moved",
    )


@rule("history-not-loadable", CyclicHistory)
def cyclic(change: CyclicHistory) -> Iterator[Match]:
    """Revisions that wait for each other."""
    names = ids_of(change.revisions)
    yield Match(change.revisions[0].path, f"cycle {names}", {"names": names}, "cyclic-history")


RULES = (
    several_heads,
    row(
        "revision-changed",
        RevisionEdited,
        lambda _: True,
        where=lambda change: change.new.path,
        subject=lambda change: f"revision {change.new.id}",
        message="revision-edited",
        fields={"id": lambda change: change.new.id},
    ),
    row(
        "revision-changed",
        RevisionRemoved,
        lambda _: True,
        where=lambda change: change.revision.path,
        subject=lambda change: f"revision {change.revision.id}",
        message="revision-removed",
        fields={"id": lambda change: change.revision.id},
    ),
    moved,
    cyclic,
    row(
        "history-not-loadable",
        MissingParent,
        lambda _: True,
        where=lambda change: change.revision.path,
        subject=lambda change: f"parent {change.parent} of {change.revision.id}",
        message="parent-missing",
        fields={"id": lambda change: change.revision.id},
    ),
    row(
        "history-not-loadable",
        DuplicateRevision,
        lambda _: True,
        where=lambda change: change.second.path,
        subject=lambda change: f"revision {change.first.id} twice",
        message="revision-duplicated",
        fields={
            "id": lambda change: change.first.id,
            "one": lambda change: change.first.path,
            "other": lambda change: change.second.path,
        },
    ),
    row(
        "revision-not-readable",
        HistoryProblem,
        lambda _: True,
        where=lambda change: change.path,
        subject=lambda change: f"file {change.path}",
        verdict=lambda change: Verdict.DANGEROUS if change.stops_alembic else None,
    ),
    row(
        "revision-empty",
        NoOperations,
        lambda change: change.place.direction == "upgrade" and change.why != "raises",
        where=lambda change: change.place,
        subject=lambda change: f"{change.place.revision} upgrade",
        message="empty",
        fields={"id": lambda change: change.place.revision},
    ),
    row(
        "revision-empty",
        NoOperations,
        lambda change: change.place.direction == "upgrade" and change.why == "raises",
        where=lambda change: change.place,
        subject=lambda change: f"{change.place.revision} upgrade",
        message="raises",
        verdict=Verdict.DANGEROUS,
        fields={"id": lambda change: change.place.revision},
    ),
)
