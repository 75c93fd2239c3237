"""A report as SARIF 2.1.0, which code scanning services and editors read.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) version 2.1.0.
"""

import json
from typing import Any
from urllib.parse import quote

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.explanation import explain
from beastmode_tools.guard.finding import Finding, Report, Verdict
from beastmode_tools.guard.report.news import evidence_news
from beastmode_tools.guard.report.place import place_of
from beastmode_tools.guard.report.view import View

__all__ = ["render"]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Verdict.DANGEROUS: "error", Verdict.CAUTIOUS: "warning", Verdict.SAFE: "note"}


def render(report: Report, view: View) -> str:
    """The report as one run; accepted findings are suppressed results, SAFE ones are notes."""
    rules = sorted({finding.rule for finding in report.findings})
    driver = {"name": "beast check", "rules": [rule_entry(name, report) for name in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"description": {"text": "The root of the repository."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications(report)}],
        "results": [result(finding, rules.index(finding.rule), view) for finding in report.findings],
        "properties": {"verdict": report.verdict.name, "base": report.base},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def rule_entry(name: str, report: Report) -> dict[str, Any]:
    """A rule with its page as help; one that has no page says what it found."""
    try:
        page = explain(name)
    except CouldNotRun:
        first = next(finding for finding in report.findings if finding.rule == name)
        return {"id": name, "shortDescription": {"text": first.problem or name}}
    return {
        "id": name,
        "shortDescription": {"text": page.summary},
        "fullDescription": {"text": page.why or page.summary},
        "help": {"text": page.instead or page.summary, "markdown": page.page},
        "defaultConfiguration": {"level": LEVELS[page.verdict]},
    }


def result(finding: Finding, index: int, view: View) -> dict[str, Any]:
    """One finding; its first location is a file, since services refuse results without one."""
    place = place_of(finding, view)
    physical: dict[str, Any] = {"artifactLocation": address(place.path if place else view.anchor)}
    if place and place.line:
        physical["region"] = {"startLine": place.line}
    location = {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": finding.where}]}
    suppressions = suppression(finding)
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": LEVELS[finding.verdict],
        "message": {"text": message(finding)},
        "locations": [location],
        "partialFingerprints": {"beastFingerprint/v1": finding.fingerprint},
        "properties": {"verdict": finding.verdict.name, "subject": finding.subject, "evidence": finding.evidence.kind},
        **({"suppressions": suppressions} if suppressions else {}),
    }


def address(path: str) -> dict[str, str]:
    """A path as a URI; below the repository's root unless it is somewhere else."""
    uri = quote(path, errors="surrogateescape")
    return {"uri": f"file://{uri}"} if uri.startswith("/") else {"uri": uri, "uriBaseId": "ROOT"}


def message(finding: Finding) -> str:
    """Problem, evidence and what to do, a line each."""
    news = evidence_news(finding)
    proof = f"{finding.evidence.kind.capitalize()}: {news}" if news else ""
    return "\n".join(filter(None, (finding.problem, proof, finding.instead)))


def suppression(finding: Finding) -> list[dict[str, Any]]:
    """Why an accepted finding does not count."""
    given = finding.acceptance
    if given is None:
        return []
    until = f" Until {given.until}." if given.until else ""
    why = f"{given.reason} (accepted by {given.author} on {given.date}){until}"
    return [{"kind": "external", "status": "accepted", "justification": why}]


def notifications(report: Report) -> list[dict[str, Any]]:
    """What could not be proved: notes about the run, since they are no results."""
    return [{"level": "note", "message": {"text": reason}} for reason in report.not_proven]
