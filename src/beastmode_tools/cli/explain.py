"""`beast explain`: what a rule finds, why, and what to do instead."""

import json
import re
from dataclasses import dataclass
from itertools import groupby

import click

from beastmode_tools.guard.explanation import Explanation, explained_rules
from beastmode_tools.guard.explanation import explain as read_page
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.page import head_of
from beastmode_tools.guard.report.view import COLOURS
from beastmode_tools.terminal import has_colour, say, styled

__all__ = ["explain"]


@click.command(short_help="Show what a rule finds, and what to do instead.")
@click.argument("rule", required=False)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(rule: str | None, style: str) -> None:
    """Shows the page of RULE; without one, a line for each rule there is."""
    if rule:
        page = read_page(rule)
        say(json.dumps(as_json(page), indent=2) if style == "json" else shown(page, colour=has_colour()))
        return
    lines = [Line(name, head_of(name).verdict, head_of(name).summary) for name in explained_rules()]
    lines.sort(key=lambda line: (-line.verdict, line.name))
    say(json.dumps([line.as_json() for line in lines], indent=2) if style == "json" else listed(lines, has_colour()))


@dataclass(frozen=True, slots=True)
class Line:
    """What the list says of a rule."""

    name: str
    verdict: Verdict
    summary: str

    def as_json(self) -> dict[str, str]:
        """The line for programs."""
        return {"rule": self.name, "verdict": self.verdict.name, "summary": self.summary}


def shown(page: Explanation, *, colour: bool) -> str:
    """The page; with colour, headings and code are told apart by it instead of by Markdown's marks."""
    if not colour:
        return page.page.rstrip()
    lines, in_code = [], False
    for line in page.page.rstrip().splitlines():
        if line.startswith("```"):
            in_code = not in_code
            lines.append(styled(f"    {line.lstrip('`')}".rstrip(), "dim", colour=True))
        elif in_code:
            lines.append(styled(f"    {line}".rstrip(), "blue", colour=True))
        elif line.startswith("#"):
            lines.append(styled(line.lstrip("# "), "bold", colour=True))
        elif not line.startswith("<!--"):
            lines.append(inline(line, page.verdict))
    return "\n".join(lines)


def inline(line: str, verdict: Verdict) -> str:
    """A line of prose in colour: the verdict as verdicts are, code in backticks as code."""
    line = re.sub(r"\*\*(.+?)\*\*", lambda found: styled(found[1], "bold", COLOURS[verdict], colour=True), line)
    return re.sub(r"`([^`]+)`", lambda found: styled(found[1], "blue", colour=True), line)


def listed(rules: list[Line], colour: bool) -> str:  # noqa: FBT001 - what the other parts of the page are told too
    """Every rule in a line, in the order given."""
    longest = max((len(each.name) for each in rules), default=0)
    lines: list[str] = []
    for verdict, group in groupby(rules, key=lambda each: each.verdict):
        lines.append(styled(verdict.name, "bold", COLOURS[verdict], colour=colour))
        lines += [f"  {each.name:<{longest}}  {each.summary}" for each in group]
        lines.append("")
    return "\n".join([*lines, f"{len(rules)} rules. `beast explain RULE` shows the page of a rule."])


def as_json(page: Explanation) -> dict[str, object]:
    """All that the page says."""
    examples = [
        {
            "title": example.title,
            "found": example.verdict.name if example.verdict is not None else None,
            "before": example.files("before"),
            "after": example.files("after"),
        }
        for example in page.examples
    ]
    line = Line(page.name, page.verdict, page.summary)
    return line.as_json() | {"why": page.why, "instead": page.instead, "examples": examples}
