"""What a migration hides: what cannot be read, what goes on changing, what only one of reading and running saw."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.changes import ErrorsSwallowed, SeenOnlyInSource, SeenOnlyWhenRun
from beastmode_tools.guard.migrations.compare.operations import Unreadable, UsesApplication
from beastmode_tools.guard.migrations.rules.finding import at, where_seen
from beastmode_tools.guard.migrations.rules.row import row
from beastmode_tools.guard.rule import Match, rule

__all__ = ["RULES"]


@rule("errors-swallowed", ErrorsSwallowed)
def swallowed(change: ErrorsSwallowed) -> Iterator[Match]:
    """A migration that counts as done although it failed."""
    op = change.first
    subject = f"errors swallowed in {op.place.revision}: {op}"
    count = f"{change.count} operation{'s' if change.count > 1 else ''}"
    yield at(op.place, subject, "read", operations=count, id=op.place.revision)


@rule("operation-not-run", SeenOnlyInSource)
def not_run(change: SeenOnlyInSource) -> Iterator[Match]:
    """What stands in the source and did not run, so that no proof covers it."""
    place = change.operation.place
    yield at(
        place,
        f"{place.direction} {change.what} not run on {change.dialect}",
        verdict=Verdict.SAFE if change.expected and place.direction == "downgrade" else None,
        on=where_seen((change.dialect,)),
        why="because of a condition" if change.expected else "for a reason that the source does not show",
    )


@rule("operation-not-in-source", SeenOnlyWhenRun)
def not_in_source(change: SeenOnlyWhenRun) -> Iterator[Match]:
    """What ran and does not stand in the source."""
    place = change.operation.place
    yield Match(
        where=str(place),
        subject=f"{place.direction} {change.what} only when run",
        fields={"on": where_seen((change.dialect,))},
        evidence=f"seen to run on {change.dialect}: {change.what}",
        proved=True,
    )


RULES = (
    row("operation-not-readable", Unreadable, lambda _: True, message="upgrade"),
    row(
        "live-application-code",
        UsesApplication,
        lambda _: True,
        uses=lambda op: ", ".join(op.names) or op.module,
    ),
    swallowed,
    not_run,
    not_in_source,
)
