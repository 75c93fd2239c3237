"""The last line of a report: the count."""

from collections import Counter

from beastmode_tools.guard.finding import Report, Verdict
from beastmode_tools.terminal import plain

__all__ = ["summary"]


def summary(report: Report, *, show_safe: bool) -> str:
    """How many findings of which kind against what, and the verdict: all that a person reads who reads one line."""
    counted = Counter(finding.verdict for finding in report.findings if finding.counts)
    accepted = sum(not finding.counts for finding in report.findings)
    bad = counted[Verdict.DANGEROUS] + counted[Verdict.CAUTIOUS]
    total = bad + counted[Verdict.SAFE] if show_safe else bad
    kinds = [f"{counted[verdict]} {verdict.name.lower()}" for verdict in shown_verdicts(show_safe) if counted[verdict]]
    besides = [
        f"{accepted} accepted" if accepted else "",
        f"{counted[Verdict.SAFE]} safe {'one' if counted[Verdict.SAFE] == 1 else 'ones'} with --all"
        if counted[Verdict.SAFE] and not show_safe
        else "",
        f"{len(report.not_proven)} not proven" if report.not_proven else "",
    ]
    head = f"{total or 'No'} finding{'' if total == 1 else 's'} against {plain(report.base)}"
    listed = f": {', '.join(kinds)}" if kinds else ""
    return f"{'; '.join(filter(None, (head + listed, *besides)))}. Verdict: {report.verdict.name}."


def shown_verdicts(show_safe: bool) -> list[Verdict]:  # noqa: FBT001 - the only argument, named by the function
    """Worst first."""
    return [verdict for verdict in sorted(Verdict, reverse=True) if show_safe or verdict > Verdict.SAFE]
