"""A report for a person at a terminal: worst first, what, where, what to do; the count last."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from beastmode_tools.guard.finding import Finding, Report, Verdict
from beastmode_tools.guard.report.causes import by_cause
from beastmode_tools.guard.report.news import evidence_news
from beastmode_tools.guard.report.summary import summary
from beastmode_tools.guard.report.view import COLOURS, View
from beastmode_tools.terminal import plain, styled

__all__ = ["render"]

SCREEN = 40
"""Lines of a terminal that is not small; what is above is scrolled away when the command ends."""
MARGIN = 11
"""The longest verdict, DANGEROUS, and two blanks."""
EVIDENCE_LINES = 3
"""What is needed to see where it is; the rest is in the page and with --all."""
FOLLOWING = 4
"""Consequences of one cause that are shown; a reader who knows the cause guesses the others."""
PLACES = 3
"""So many fit on one line besides the sentence."""
NOT_PROVEN = 4
"""The notes stand below the findings, and must not push them off the screen."""
NOTICES = {"acceptance-expired", "acceptance-unused", "acceptance-outdated"}


def render(report: Report, view: View) -> str:
    """The text; at most a screen for an ordinary change, by grouping and shortening, never by silence."""
    lines = next(fitting(report, view))
    return "\n".join(harmless(line) for line in [*lines, *ending(report, view)])


def fitting(report: Report, view: View) -> Iterator[list[str]]:
    """The findings, first as long as they are, then shorter, until they fit on a screen."""
    if view.show_all:
        yield [*full(report, view, group_from=None), *others(report, view)]
        return
    rest = others(report, view)
    room = SCREEN - len(ending(report, view))
    for group_from in (4, 2):
        lines = [*full(report, view, group_from=group_from), *rest]
        if len(lines) <= room:
            yield lines
    yield [*brief(report, view, room - len(rest)), *rest]


def full(report: Report, view: View, *, group_from: int | None) -> list[str]:
    """Each finding with all that is known; rules that found more than a few things once, with the other places.

    Args:
        report: What to show.
        view: How.
        group_from: From how many findings of one rule on they are shown as one; None for never.
    """
    lines: list[str] = []
    shown = counting(report, view)
    together = groups(shown) if group_from is None else grouped(shown)
    for group in together:
        if group_from is not None and group[0].cause and group[1:]:
            lines += [*block(group[0], view), *following(group[1:], view), ""]
            continue
        if group_from is not None and len(group) >= group_from:
            lines += [*block(group[0], view), *others_of(group[1:], view), ""]
        else:
            for finding in group:
                lines += [*block(finding, view), ""]
    return lines


def brief(report: Report, view: View, room: int) -> list[str]:
    """A line for each rule, with how many more it found; the worst ones whole, as far as there is room."""
    together = grouped(counting(report, view))
    short = [headline(group[0], view, f"and {len(group) - 1} more" if group[1:] else "") for group in together]
    hint = styles(wrapped("what to do about these: --all, or beast explain RULE", view), view, "dim")
    free = room - sum(map(len, short)) - len(hint) - 1
    lines: list[str] = []
    for group, line in zip(together, short, strict=True):
        whole = [*block(group[0], view), *others_of(group[1:], view), ""]
        free -= len(whole) - len(line)
        if free < 0:
            break
        lines += whole
        short = short[1:]
    return [*lines, *(line for rest in short for line in rest), *(hint if short else []), ""]


def counting(report: Report, view: View) -> list[Finding]:
    """The findings to show that nobody accepted, worst first; notices have a place of their own."""
    shown = [each for each in report.findings if each.counts and each.rule not in NOTICES]
    shown = [each for each in shown if view.show_all or each.verdict > Verdict.SAFE]
    return sorted(shown, key=lambda finding: -finding.verdict)


def groups(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings of one verdict, rule and message together, in the order of their first ones."""
    together: dict[tuple[int, str, str], list[Finding]] = {}
    for finding in findings:
        together.setdefault((-finding.verdict, finding.rule, finding.message), []).append(finding)
    return list(together.values())


def grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings of one cause together, and of the others those of one rule; worst first."""
    causes = by_cause(findings)
    alone = groups(group[0] for group in causes if not group[1:])
    return sorted([*(group for group in causes if group[1:]), *alone], key=lambda group: -group[0].verdict)


def block(finding: Finding, view: View) -> list[str]:
    """One finding whole."""
    news = evidence_news(finding)
    evidence = wrapped(f"{finding.evidence.kind}: {news}" if news else "", view)
    if len(evidence) > EVIDENCE_LINES and not view.show_all:
        evidence = [*evidence[: EVIDENCE_LINES - 1], f"{' ' * MARGIN}(all of it with --all)"]
    accept = f'beast accept {finding.fingerprint} --reason "..."'
    accept += " --until YYYY-MM-DD" if finding.is_of_base else ""
    return [
        *headline(finding, view),
        *styles(evidence, view, "dim"),
        *instead(finding.instead, view),
        *(styles([" " * MARGIN + accept], view, "dim") if view.can_accept and finding.verdict > Verdict.SAFE else []),
    ]


def headline(finding: Finding, view: View, more: str = "") -> list[str]:
    """Verdict and problem, where it is, and at the right, on the first line that has room for it, the rule."""
    first, *rest = wrapped(f"{finding.problem} ({more})" if more else finding.problem, view) or [" " * MARGIN]
    is_said = plain(finding.where) in plain(finding.problem)
    lines = [first, *rest, *([] if is_said or more else wrapped(finding.where, view))]
    rule = plain(finding.rule)
    places = [0, *range(1 + len(rest), len(lines))]
    place = next((at for at in places if view.width - len(lines[at]) >= len(rule) + 2), None)
    if place is None:
        lines.append(" " * (view.width - len(rule)))
        place = len(lines) - 1
    tail = " " * (view.width - len(lines[place]) - len(rule)) + styled(rule, "dim", colour=view.colour)
    verdict = styled(f"{finding.verdict.name:<{MARGIN}}", "bold", COLOURS[finding.verdict], colour=view.colour)
    lines[0] = verdict + lines[0][MARGIN:]
    lines[1 + len(rest) :] = styles(lines[1 + len(rest) :], view, "blue")
    lines[place] += tail
    return lines


def following(group: Sequence[Finding], view: View) -> list[str]:
    """What else comes from the same cause, a line each: its words, and the rule that explains it."""
    said = dict.fromkeys(f"also: {each.problem} [{each.rule}]" for each in group)
    shown = [line for text in list(said)[:FOLLOWING] for line in wrapped(text, view)]
    more = f"and {len(said) - FOLLOWING} more (each with --all)" if len(said) > FOLLOWING else ""
    return [*shown, *styles(wrapped(more, view), view, "bold")]


def others_of(group: Sequence[Finding], view: View) -> list[str]:
    """Where else the same was found."""
    if not group:
        return []
    noun = "operation" if all(re.match(r"[A-Z]+ /", finding.where) for finding in group) else "place"
    named = list(dict.fromkeys(re.split(r" → ", finding.where)[0] for finding in group))
    listed = ", ".join(named[:PLACES]) + (", ..." if len(named) > PLACES else "")
    count = len(named) if noun == "operation" else len(group)
    text = f"and {count} more {noun}{'' if count == 1 else 's'}: {listed} (each with --all)"
    return styles(wrapped(text, view), view, "bold")


def instead(text: str, view: View) -> list[str]:
    """What to do instead; lines that it has already are kept, since it may hold code."""
    lines = [line for paragraph in text.splitlines() for line in (wrapped(paragraph, view) or [""])]
    return lines if len(lines) <= EVIDENCE_LINES * 2 or view.show_all else [*lines[: EVIDENCE_LINES * 2], MORE]


MORE = f"{' ' * MARGIN}..."


def others(report: Report, view: View) -> list[str]:
    """What was accepted, what is to be said about that, and what could not be proved."""
    lines: list[str] = []
    accepted = [finding for finding in report.findings if finding.acceptance]
    for finding in sorted(accepted, key=lambda finding: -finding.verdict):
        lines += acceptance(finding, view)
    for finding in report.findings:
        if finding.rule in NOTICES and finding.counts:
            lines += ["note".ljust(MARGIN) + line[MARGIN:] for line in wrapped(finding.problem, view)[:1]]
            lines += wrapped(finding.problem, view)[1:]
    shown = report.not_proven if view.show_all else report.not_proven[:NOT_PROVEN]
    for number, reason in enumerate(shown):
        first, *rest = wrapped(reason, view) or [""]
        lines += [("" if number else "not proven").ljust(MARGIN) + first[MARGIN:], *rest]
    if len(report.not_proven) > len(shown):
        lines.append(f"{' ' * MARGIN}and {len(report.not_proven) - len(shown)} more (all with --all)")
    return [*lines, ""] if lines else []


def acceptance(finding: Finding, view: View) -> list[str]:
    """An accepted finding: what, who, why."""
    given = finding.acceptance
    if given is None:
        return []
    until = f", until {given.until}" if given.until else ""
    here = "accepted in this change" if given.is_new else "accepted"
    first, *rest = wrapped(f"{finding.problem} [{finding.rule}, {finding.verdict.name}]", view)
    why = wrapped(f"{here} by {given.author} on {given.date}{until}: {given.reason}", view)
    return ["accepted".ljust(MARGIN) + first[MARGIN:], *rest, *styles(why, view, "dim")]


def ending(report: Report, view: View) -> list[str]:
    """The last line, at most two on a narrow terminal."""
    text = summary(report, show_safe=view.show_all)
    return styles(textwrap.wrap(text, view.width), view, "bold", COLOURS[report.verdict])


def wrapped(text: str, view: View) -> list[str]:
    """The text in lines that fit, each behind the margin; words of the project cannot steer the terminal."""
    indent = len(text) - len(text.lstrip(" "))
    margin = " " * (MARGIN + min(indent, view.width // 4))
    clean = plain(" ".join(text.split()))
    return textwrap.wrap(
        clean, view.width, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False, max_lines=None
    )


def styles(lines: Sequence[str], view: View, *names: str) -> list[str]:
    """Each line in the styles named; the margin too, which has nothing to colour."""
    return [styled(line, *names, colour=view.colour) for line in lines]


def harmless(line: str) -> str:
    """The line, unless a CI server would take it for a command to itself, as `::set-env` or `##[group]` are."""
    return re.sub(r"^(\s*)(::|##)", r"\1'\2", line)
