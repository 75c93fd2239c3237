"""The graph of revisions."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.history import (
    CyclicHistory,
    DuplicateRevision,
    HistoryProblem,
    MissingParent,
    ParentMoved,
    RevisionEdited,
    RevisionRemoved,
    SeveralHeads,
)
from beastmode_tools.guard.migrations.compare.operations import NoOperations
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("several-heads", Verdict.DANGEROUS, SeveralHeads)
def several_heads(change: SeveralHeads) -> Iterator[Found]:
    """`upgrade head` does not know where to go."""
    names = ", ".join(revision.id for revision in change.heads)
    yield Found(
        where=change.heads[-1].path,
        problem=f"The history ends in {len(change.heads)} heads ({names}): `alembic upgrade head` refuses.",
        instead="Put the new revision behind the other head (down_revision), or join them: alembic merge heads"
        if not change.labelled
        else "The new branch has a label: deploy with `alembic upgrade heads`.",
        subject=f"heads {names}",
        verdict=Verdict.CAUTIOUS if change.labelled else None,
    )


@rule("revision-edited", Verdict.DANGEROUS, RevisionEdited)
def edited(change: RevisionEdited) -> Iterator[Found]:
    """A revision that databases have run already is another one now."""
    yield Found(
        where=change.new.path,
        problem=f"The revision {change.new.id} is merged and now does something else: databases that "
        "have run it keep the old "
        "schema, new ones get another.",
        instead="Put the file back as it was, and write a new revision with the difference.",
        subject=f"revision {change.new.id}",
    )


@rule("revision-removed", Verdict.DANGEROUS, RevisionRemoved)
def removed(change: RevisionRemoved) -> Iterator[Found]:
    """A revision at which databases may stand is gone."""
    yield Found(
        where=change.revision.path,
        problem=f"The revision {change.revision.id} is gone: a database that stands at it can go neither up nor down "
        "(Can't locate revision).",
        instead="Keep the file. To squash a history, first make sure that every database has passed it, then stamp.",
        subject=f"revision {change.revision.id}",
    )


@rule("revision-moved", Verdict.DANGEROUS, ParentMoved)
def moved(change: ParentMoved) -> Iterator[Found]:
    """A merged revision follows another one now."""
    inserted = ", ".join(change.inserted)
    yield Found(
        where=change.new.path,
        problem=f"The merged revision {change.new.id} follows {', '.join(change.new.down) or 'nothing'} instead of "
        f"{', '.join(change.old.down) or 'nothing'}"
        + (f": databases that have passed it never run {inserted}." if inserted else "."),
        instead="Leave merged revisions where they are; put new ones behind the head.",
        subject=f"parent of {change.new.id}",
    )


@rule("cyclic-history", Verdict.DANGEROUS, CyclicHistory)
def cyclic(change: CyclicHistory) -> Iterator[Found]:
    """Revisions that wait for each other."""
    names = ", ".join(revision.id for revision in change.revisions)
    yield Found(
        where=change.revisions[0].path,
        problem=f"These revisions follow each other in a circle, or follow one that does: {names}; "
        "Alembic refuses to load "
        "the history.",
        instead="Set the down_revision of one of them to the revision that was the head before.",
        subject=f"cycle {names}",
    )


@rule("parent-missing", Verdict.DANGEROUS, MissingParent)
def parent_missing(change: MissingParent) -> Iterator[Found]:
    """A revision that follows nothing that is here."""
    yield Found(
        where=change.revision.path,
        problem=f"{change.revision.id} follows {change.parent}, which does not exist: Alembic cannot load the history.",
        instead="Add the missing file, or set down_revision to the head.",
        subject=f"parent {change.parent} of {change.revision.id}",
    )


@rule("revision-duplicated", Verdict.DANGEROUS, DuplicateRevision)
def duplicated(change: DuplicateRevision) -> Iterator[Found]:
    """Two files, one id."""
    yield Found(
        where=change.second.path,
        problem=f"{change.first.path} and {change.second.path} both claim the revision "
        f"{change.first.id}: one of them never "
        "runs.",
        instead="Give the new file an id of its own: alembic revision",
        subject=f"revision {change.first.id} twice",
    )


@rule("revision-not-readable", Verdict.CAUTIOUS, HistoryProblem)
def not_readable(change: HistoryProblem) -> Iterator[Found]:
    """A file that is no revision as far as anybody can read."""
    yield Found(
        where=change.path,
        problem=f"{change.path} is in the versions folder, but {change.what}.",
        instead='Write revision = "..." and down_revision = "..." as plain texts, or move the file elsewhere.',
        subject=f"file {change.path}",
        verdict=Verdict.DANGEROUS if change.stops_alembic else None,
    )


@rule("revision-empty", Verdict.SAFE, NoOperations)
def empty(change: NoOperations) -> Iterator[Found]:
    """An upgrade that does nothing."""
    if change.place.direction == "upgrade":
        raises = change.why == "raises"
        yield Found(
            where=str(change.place),
            problem=f"{change.place.revision} {'stops the upgrade with an error' if raises else 'changes nothing'}.",
            instead="Take the raise out, or the revision." if raises else "",
            subject=f"{change.place.revision} upgrade",
            verdict=Verdict.DANGEROUS if raises else None,
        )


RULES = (
    several_heads,
    edited,
    removed,
    moved,
    cyclic,
    parent_missing,
    duplicated,
    not_readable,
    empty,
)
