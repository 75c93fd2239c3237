"""What a migration hides: what cannot be read, what goes on changing, what only one of reading and running saw."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.changes import ErrorsSwallowed, SeenOnlyInSource, SeenOnlyWhenRun
from beastmode_tools.guard.migrations.compare.operations import Unreadable, UsesApplication
from beastmode_tools.guard.migrations.rules.finding import at, found
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("operation-not-readable", Verdict.CAUTIOUS, Unreadable)
def not_readable(op: Unreadable) -> Iterator[Found]:
    """Something that reading does not show."""
    yield found(
        op,
        f"What the migration does here could not be read ({op.reason}): {op.source}",
        "Write names and SQL plainly in the migration, or prove it: beast prove.",
    )


@rule("live-application-code", Verdict.CAUTIOUS, UsesApplication)
def live_code(op: UsesApplication) -> Iterator[Found]:
    """A migration whose meaning changes with the application."""
    names = ", ".join(op.names) or op.module
    yield found(
        op,
        f"The migration uses {names} of the application ({op.module}): when that changes, it does "
        "something else, or fails.",
        "Copy the values or a small sa.table(...) into the migration.",
    )


@rule("errors-swallowed", Verdict.CAUTIOUS, ErrorsSwallowed)
def swallowed(change: ErrorsSwallowed) -> Iterator[Found]:
    """A migration that counts as done although it failed."""
    op = change.first
    yield at(
        op.place,
        f"{change.count} operation{'s' if change.count > 1 else ''} of {op.place.revision} may fail "
        "without a word, and the "
        f"revision counts as done: first {op}.",
        "Let the error out; where something may be there already, ask for it (if_not_exists=True, inspect).",
        f"errors swallowed in {op.place.revision}: {op}",
    )


@rule("operation-not-run", Verdict.CAUTIOUS, SeenOnlyInSource)
def not_run(change: SeenOnlyInSource) -> Iterator[Found]:
    """What stands in the source and did not run, so that no proof covers it."""
    place = change.operation.place
    why = "a condition decides whether it runs" if change.expected else "nothing in the source says why"
    yield at(
        place,
        f"{change.what} stands in the source and did not run on {change.dialect}: {why}, so it is not proved.",
        "Prove it on the database that production runs.",
        f"{place.direction} {change.what} not run on {change.dialect}",
        verdict=Verdict.SAFE if change.expected and place.direction == "downgrade" else None,
    )


@rule("operation-not-in-source", Verdict.CAUTIOUS, SeenOnlyWhenRun)
def not_in_source(change: SeenOnlyWhenRun) -> Iterator[Found]:
    """What ran and does not stand in the source."""
    place = change.operation.place
    yield Found(
        where=str(place),
        problem=f"{change.what} ran on {change.dialect}, and reading the migration does not show it.",
        instead="Write it plainly in the migration, so that a reviewer sees it.",
        subject=f"{place.direction} {change.what} only when run",
        evidence=f"seen to run on {change.dialect}: {change.what}",
        proved=True,
    )


RULES = (not_readable, live_code, swallowed, not_run, not_in_source)
