"""A dropped column or table, judged by whether the code that still runs uses it."""

from collections.abc import Iterator

from beastmode_tools.guard.migrations.compare.operations import DropTable
from beastmode_tools.guard.mixed.compare.usage import DroppedInUse, DroppedOutOfUse
from beastmode_tools.guard.rule import Match, rule
from beastmode_tools.guard.wording import first_few

__all__ = ["RULES"]

SHOWN = 5
"""So many places fit on one line of a report, the surest first."""


@rule("dropped-in-use", DroppedInUse)
def in_use(change: DroppedInUse) -> Iterator[Match]:
    """Old code runs until the deploy is over, and it names what is gone."""
    uses = f"used at {first_few(change.places, SHOWN)}" if change.places else ""
    yield Match(
        where=str(change.operation.place),
        subject=subject(change),
        fields={"kind": kind(change)},
        evidence="; ".join(filter(None, (change.failure, uses))),
        proved=bool(change.failure),
    )


@rule("dropped-out-of-use", DroppedOutOfUse)
def out_of_use(change: DroppedOutOfUse) -> Iterator[Match]:
    """Nothing breaks, but the values are gone for good."""
    yield Match(
        where=str(change.operation.place),
        subject=subject(change),
        fields={"kind": kind(change)},
        evidence=f"no use in the sources of the base; the old code ran on the new schema on"
        f" {' and '.join(change.dialects)}",
        proved=True,
    )


def kind(change: DroppedInUse | DroppedOutOfUse) -> str:
    """What is dropped."""
    return "table" if isinstance(change.operation, DropTable) else "column"


def subject(change: DroppedInUse | DroppedOutOfUse) -> str:
    """The same words as the finding that it stands for."""
    return f"{'drop_table' if isinstance(change.operation, DropTable) else 'drop_column'} {change.name}"


RULES = (in_use, out_of_use)
