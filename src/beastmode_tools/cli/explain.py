"""`beast explain`: what a rule finds, why, and what to do instead."""

import json
import re
from itertools import groupby

import click

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rules.explanation import Explanation, explained_rules
from beastmode_tools.guard.rules.explanation import explain as read_page
from beastmode_tools.terminal import has_colour, say, styled

__all__ = ["explain"]

COLOURS = {Verdict.DANGEROUS: "red", Verdict.CAUTIOUS: "yellow", Verdict.SAFE: "green"}


@click.command(short_help="What a rule finds, and what to do instead.")
@click.argument("rule", required=False)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(rule: str | None, style: str) -> None:
    """Shows the page of RULE; without one, a line for each rule there is."""
    pages = [read_page(name) for name in ([rule] if rule else explained_rules())]
    if style == "json":
        say(json.dumps(as_json(pages[0]) if rule else [line_as_json(page) for page in pages], indent=2))
    elif rule:
        say(shown(pages[0], colour=has_colour()))
    else:
        say(listed(pages, colour=has_colour()))


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


def listed(pages: list[Explanation], *, colour: bool) -> str:
    """Every rule in a line, worst first."""
    pages = sorted(pages, key=lambda page: (-page.verdict, page.name))
    longest = max((len(page.name) for page in pages), default=0)
    lines: list[str] = []
    for verdict, group in groupby(pages, key=lambda page: page.verdict):
        lines.append(styled(verdict.name, "bold", COLOURS[verdict], colour=colour))
        lines += [f"  {page.name:<{longest}}  {page.summary}" for page in group]
        lines.append("")
    return "\n".join([*lines, f"{len(pages)} rules. `beast explain RULE` shows the page of one."])


def line_as_json(page: Explanation) -> dict[str, str]:
    """What the list says of a rule."""
    return {"rule": page.name, "verdict": page.verdict.name, "summary": page.summary}


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
    return line_as_json(page) | {"why": page.why, "instead": page.instead, "examples": examples}
