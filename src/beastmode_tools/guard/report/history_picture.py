"""Both histories of migrations as one picture: which revision follows which, and what became of it."""

from collections.abc import Iterable
from typing import Any

from beastmode_tools.guard.finding import Finding, Verdict
from beastmode_tools.guard.migrations.compare.history import History, Revision

__all__ = ["history_picture"]

LONGEST_MESSAGE = 200
"""Characters of a file in which the first line of its docstring is looked for; the picture cuts it before."""


def history_picture(old: History, new: History, findings: Iterable[Finding]) -> dict[str, Any]:
    """`{"nodes": [{"id", "message", "down", "status", "verdict"}]}`; empty where no revision differs.

    `status` is "old", "new", "edited" or "removed"; `verdict` is the worst of what was found in the revision's file, ""
    for one without a finding. Only sources of revisions that differ are read for their message.

    Args:
        old: The base side's history.
        new: The work side's history.
        findings: Of the whole change.
    """
    statuses = {
        name: status(old.revisions.get(name), new.revisions.get(name)) for name in {**new.revisions, **old.revisions}
    }
    if all(each == "old" for each in statuses.values()):
        return {}
    verdicts = by_file(findings)
    return {
        "nodes": [
            node(new.revisions.get(name) or old.revisions[name], each, verdicts) for name, each in statuses.items()
        ]
    }


def status(old: Revision | None, new: Revision | None) -> str:
    """What became of a revision."""
    if old is None:
        return "new"
    if new is None:
        return "removed"
    return "old" if old.source == new.source or old.digest == new.digest else "edited"


def by_file(findings: Iterable[Finding]) -> dict[str, Verdict]:
    """The worst verdict of the findings about each file; accepted ones do not count."""
    worst: dict[str, Verdict] = {}
    for finding in findings:
        path = finding.where.split(":")[0].split(" ")[0]
        if finding.counts:
            worst[path] = max(worst.get(path, finding.verdict), finding.verdict)
    return worst


def node(revision: Revision, became: str, verdicts: dict[str, Verdict]) -> dict[str, Any]:
    """One revision for the picture."""
    verdict = verdicts.get(revision.path)
    return {
        "id": revision.id,
        "message": message(revision.source),
        "down": list(revision.down) or None,
        "status": became,
        "verdict": verdict.name if verdict is not None and became != "old" else "",
    }


def message(source: str) -> str:
    """The first line of the file's docstring, which is where Alembic writes it; found without reading the whole."""
    start = source.lstrip("\ufeff \t\r\n")
    for quote in ('"""', "'''"):
        if start.startswith(quote):
            text = start[3 : 3 + LONGEST_MESSAGE].split(quote)[0].strip()
            return text.splitlines()[0] if text else ""
    return ""
