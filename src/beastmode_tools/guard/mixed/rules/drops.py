"""A dropped column or table, judged by whether the code that still runs uses it."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.operations import DropTable
from beastmode_tools.guard.mixed.compare.usage import DroppedInUse, DroppedOutOfUse
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import first_few

__all__ = ["RULES"]

SHOWN = 5
"""So many places fit on one line of a report, the surest first."""


@rule("dropped-in-use", Verdict.DANGEROUS, DroppedInUse)
def in_use(change: DroppedInUse) -> Iterator[Found]:
    """Old code runs until the deploy is over, and it names what is gone."""
    uses = f"used at {first_few(change.places, SHOWN)}" if change.places else ""
    yield Found(
        where=str(change.operation.place),
        problem=f"{kind(change)} {change.name} is dropped while the code that still runs uses it.",
        instead="Make two releases of it: first the code that does not use it (take it out of the model as well), then,"
        " when no old code runs any more, the drop.",
        subject=subject(change),
        evidence="; ".join(filter(None, (change.failure, uses))),
        proved=bool(change.failure),
    )


@rule("dropped-out-of-use", Verdict.CAUTIOUS, DroppedOutOfUse)
def out_of_use(change: DroppedOutOfUse) -> Iterator[Found]:
    """Nothing breaks, but the values are gone for good."""
    yield Found(
        where=str(change.operation.place),
        problem=f"{kind(change)} {change.name} is dropped. No code of the base uses it, and the old code works without"
        " it; its values are gone for good.",
        instead="Make a copy of it first, if somebody may ask for the values.",
        subject=subject(change),
        evidence=f"no use in the sources of the base; the old code ran on the new schema on"
        f" {' and '.join(change.dialects)}",
        proved=True,
    )


def kind(change: DroppedInUse | DroppedOutOfUse) -> str:
    """What is dropped, at the beginning of a sentence."""
    return "The table" if isinstance(change.operation, DropTable) else "The column"


def subject(change: DroppedInUse | DroppedOutOfUse) -> str:
    """The same words as the finding that it stands for."""
    return f"{'drop_table' if isinstance(change.operation, DropTable) else 'drop_column'} {change.name}"


RULES = (in_use, out_of_use)
