"""Findings that another finding says better, and that are left out for it."""

from collections.abc import Iterable, Iterator

from beastmode_tools.guard.finding import Finding
from beastmode_tools.guard.mixed.compare.usage import DroppedInUse, DroppedOutOfUse

__all__ = ["without_replaced"]

REPLACED = ("column-dropped", "table-dropped")


def without_replaced(
    findings: Iterable[Finding], judged: Iterable[DroppedInUse | DroppedOutOfUse]
) -> Iterator[Finding]:
    """The findings but for those about drops that were judged by use."""
    names = {each.name for each in judged}
    for finding in findings:
        if finding.rule not in REPLACED or finding.subject.rsplit(" ", 1)[-1] not in names:
            yield finding
