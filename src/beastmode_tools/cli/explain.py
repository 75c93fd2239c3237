"""`beast explain`: what a rule finds, why, and what to do instead."""

import json
import re
from itertools import groupby

import click

from beastmode_tools.guard.explanation import Explanation, explained_rules
from beastmode_tools.guard.explanation import explain as read_page
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.page import Head, head_of, subjects
from beastmode_tools.guard.report.view import COLOURS
from beastmode_tools.terminal import has_colour, say, styled

__all__ = ["explain"]

DIRECTIONS = ("requests", "responses")
VERDICTS = [verdict.name for verdict in sorted(Verdict, reverse=True)]


@click.command(short_help="Show what a rule finds, and what to do instead.")
@click.argument("rule", required=False)
@click.option("--subject", type=click.Choice(subjects()), help="List only the rules about this.")
@click.option("--verdict", type=click.Choice(VERDICTS, case_sensitive=False), help="List only rules with this verdict.")
@click.option("--direction", type=click.Choice(DIRECTIONS), help="List only rules of contracts about these.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(rule: str | None, subject: str | None, verdict: str | None, direction: str | None, style: str) -> None:
    """Shows the page of RULE; without one, a line for each rule, by subject."""
    if rule:
        page = read_page(rule)
        text = json.dumps(as_json(page), indent=2) if style == "json" else shown(page, colour=has_colour())
        say(text if style == "json" or page.name == rule else f"{renamed(rule, page.head)}\n\n{text}")
        return
    heads = [head for head in map(head_of, explained_rules()) if is_asked(head, subject, verdict, direction)]
    heads.sort(key=lambda head: (head.subject, head.direction, -head.verdict, head.name))
    say(json.dumps([line(head) for head in heads], indent=2) if style == "json" else listed(heads, has_colour()))


def is_asked(head: Head, subject: str | None, verdict: str | None, direction: str | None) -> bool:
    """Whether a rule is to be listed; None for everything."""
    return (
        subject in {None, head.subject}
        and verdict in {None, head.verdict.name}
        and (direction is None or direction in head.direction.split())
    )


def line(head: Head) -> dict[str, object]:
    """What the list says of a rule, for programs."""
    return {
        "rule": head.name,
        "verdict": head.verdict.name,
        "summary": head.summary,
        "subject": head.subject,
        "direction": head.direction,
        "formerly": list(head.formerly),
    }


def renamed(old: str, head: Head) -> str:
    """What became of a name that a rule had before."""
    said = [f", which says: {each.text}" for each in head.messages if each.label == old]
    return f"{old} is now part of {head.name}{''.join(said)}"


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


def listed(heads: list[Head], colour: bool) -> str:  # noqa: FBT001 - what the other parts of the page are told too
    """Every rule in a line under its subject, in the order given."""
    longest = max((len(each.name) for each in heads), default=0)
    lines: list[str] = []
    for (subject, direction), group in groupby(heads, key=lambda each: (each.subject, each.direction)):
        lines.append(styled(f"{subject}, {direction}" if direction else subject, "bold", colour=colour))
        lines += [
            f"  {styled(f'{each.verdict.name:<9}', COLOURS[each.verdict], colour=colour)}  "
            f"{each.name:<{longest}}  {each.summary}"
            for each in group
        ]
        lines.append("")
    count = f"{len(heads)} rule{'' if len(heads) == 1 else 's'}"
    return "\n".join(
        [
            *lines,
            f"{count}. `beast explain RULE` shows the page of a rule;",
            "--subject, --verdict and --direction list some of them.",
        ]
    )


def as_json(page: Explanation) -> dict[str, object]:
    """All that the page says."""
    examples = [
        {
            "title": example.title,
            "found": example.verdict.name if example.verdict is not None else None,
            "before": example.files("before"),
            "after": example.files("after"),
            "messages": list(example.messages),
        }
        for example in page.examples
    ]
    messages = [{"label": each.label, "text": each.text, "instead": each.instead} for each in page.head.messages]
    return line(page.head) | {"messages": messages, "why": page.why, "instead": page.instead, "examples": examples}
