"""The last report, kept in the git folder, so that a finding can be accepted by its fingerprint."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.guard.acceptances.entry import KnownFinding
from beastmode_tools.guard.finding import Finding, Report, Verdict
from beastmode_tools.guard.report.hidden_secrets import hidden
from beastmode_tools.project import Project
from beastmode_tools.source.digest import digest

__all__ = ["known_finding", "remember", "without_told"]

LAST_REPORT = "beast/last-report.json"
MOST_TOLD = 100
"""Digests of sentences that were told: a project has a handful, and one that has more may hear one again."""
SHORTEST_PREFIX = 4
"""Hexadecimal digits, as many as git asks for; a prefix that several findings share names none of them."""


def remember(report: Report, project: Project, question: str = "check") -> None:
    """Keeps the report's findings in the git folder, so that `beast accept` knows what a fingerprint stands for.

    Args:
        report: What was answered.
        project: About which project.
        question: "check" or "prove"; each replaces only what it said itself before.
    """
    path = last_report(project)
    kept = stored(path)
    findings = [as_known(finding) for finding in report.findings if finding.verdict > Verdict.SAFE]
    kept[key(project, question)] = {"base": report.base, "findings": findings}
    told = {*kept.get(key(project, "told"), ()), *map(digest, report.standing)}
    kept[key(project, "told")] = sorted(told)[-MOST_TOLD:]
    half = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        half.write_text(json.dumps(kept), encoding="utf-8")
        half.replace(path)
    except OSError:  # a repository that may only be read is checked all the same; it cannot take acceptances either
        half.unlink(missing_ok=True)


def without_told(report: Report, project: Project) -> Report:
    """The report without what is so of the project at every change, and was told before in this work tree."""
    told = set(stored(last_report(project)).get(key(project, "told"), ()))
    known = {each for each in report.standing if digest(each) in told}
    return replace(report, not_proven=tuple(each for each in report.not_proven if each not in known))


def as_known(finding: Finding) -> dict[str, str | bool]:
    """What is kept of a finding."""
    names = ("fingerprint", "rule", "subject", "problem")
    kept: dict[str, str | bool] = {name: hidden(getattr(finding, name)) for name in names}
    return {"verdict": finding.verdict.name, "is_standing": finding.is_of_base, **kept}


def known_finding(project: Project, fingerprint: str) -> KnownFinding:
    """The finding of the project's last report that has this fingerprint, or one that begins so.

    Raises:
        CouldNotRun: There was no report, or none of its findings is meant, or several are.
    """
    kept = stored(last_report(project))
    reports = [kept[name] for question in ("prove", "check") if (name := key(project, question)) in kept]
    if not reports:
        raise CouldNotRun("No check of this project is remembered here. Run `beast check` first, then accept.")
    findings = {
        each["fingerprint"]: each | {"against": report["base"]} for report in reports for each in report["findings"]
    }
    meant = [name for name in findings if len(fingerprint) >= SHORTEST_PREFIX and name.startswith(fingerprint)]
    if len(meant) > 1:
        raise CouldNotRun(f"{fingerprint} is the beginning of {len(meant)} fingerprints: {', '.join(meant)}.")
    if not meant:
        raise CouldNotRun(
            f"No finding of the last check has the fingerprint {fingerprint}. Run `beast check` again and take it from "
            "there: a fingerprint is another one as soon as the finding is about another thing, or worse."
        )
    return KnownFinding(**findings[meant[0]])


def stored(path: Path) -> dict[str, Any]:
    """What is remembered; nothing where the file is not there, or was written by something else."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def last_report(project: Project) -> Path:
    """Where the last report is kept: in the git folder of this work tree, where nothing is tracked."""
    path = Git(project.root).ask("rev-parse", "--path-format=absolute", "--git-path", LAST_REPORT)
    return Path(path)


def key(project: Project, question: str) -> str:
    """A repository may hold several projects."""
    return f"{question} {project.folder.relative_to(project.root).as_posix()}"
