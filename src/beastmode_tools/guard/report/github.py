"""A report as annotations of a GitHub workflow: lines that GitHub shows beside the code.

Source: the workflow commands of GitHub Actions (`::error file=...,line=...,title=...::message`).
"""

from beastmode_tools.guard.finding import Finding, Report, Verdict
from beastmode_tools.guard.report.news import evidence_news
from beastmode_tools.guard.report.place import place_of
from beastmode_tools.guard.report.summary import summary
from beastmode_tools.guard.report.view import View
from beastmode_tools.terminal import plain

__all__ = ["render"]

LEVELS = {Verdict.DANGEROUS: "error", Verdict.CAUTIOUS: "warning", Verdict.SAFE: "notice"}


def render(report: Report, view: View) -> str:
    """One line a finding, worst first, and the count; a rule's findings that no file shows are one line.

    GitHub shows ten annotations of a level and drops the others, so the same thing about fifty operations is said once.
    """
    shown = [finding for finding in report.findings if view.show_all or finding.verdict > Verdict.SAFE]
    shown.sort(key=lambda finding: (not finding.counts, -finding.verdict))
    groups: dict[object, list[Finding]] = {}
    for number, finding in enumerate(shown):
        alone = place_of(finding, view) is not None or not finding.counts
        groups.setdefault(number if alone else (finding.rule, finding.message, finding.verdict), []).append(finding)
    lines = [annotation(group[0], view, len(group) - 1) for group in groups.values()]
    return "\n".join([*lines, summary(report, show_safe=view.show_all)])


def annotation(finding: Finding, view: View, more: int) -> str:
    """One finding as a workflow command, with how many more there are of its kind."""
    level = LEVELS[finding.verdict] if finding.counts else "notice"
    place = place_of(finding, view)
    properties = {
        "file": place.path if place else None,
        "line": str(place.line) if place and place.line else None,
        "title": f"{'accepted' if finding.acceptance else finding.verdict.name}: {finding.rule}",
    }
    written = ",".join(f"{name}={property_text(value)}" for name, value in properties.items() if value)
    return f"::{level} {written}::{message_text(message(finding, more))}"


def message(finding: Finding, more: int) -> str:
    """The text, with the location if that is not a file."""
    if finding.acceptance:
        return f"{finding.problem}\nAccepted by {finding.acceptance.author}: {finding.acceptance.reason}"
    news = evidence_news(finding)
    detail = f"{finding.evidence.kind}: {news}" if news else ""
    until = " --until YYYY-MM-DD" if finding.is_of_base else ""
    accept = f'beast accept {finding.fingerprint} --reason "..."{until}' if finding.verdict > Verdict.SAFE else ""
    others = f"And {more} more of these; `beast check --all` lists them." if more else ""
    return "\n".join(filter(None, (finding.problem, others, finding.where, detail, finding.instead, accept)))


def message_text(text: str) -> str:
    """A message as GitHub reads it back; a line end of its own would begin another command."""
    return plain(text.replace("\r\n", "\n"), keep="\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_text(text: str) -> str:
    """A property, in which colon and comma have a meaning besides."""
    return message_text(text).replace(":", "%3A").replace(",", "%2C")
