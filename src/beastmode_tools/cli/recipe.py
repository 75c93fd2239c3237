"""What the commands that change a project have in common: their options, and how they answer."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from beastmode_tools.recipes.change import Decide, Outcome, carry_out, project_folder
from beastmode_tools.terminal import has_colour, plain, say, styled

__all__ = ["PREVIEW", "Declared", "change_options", "command_line", "facts", "make_change", "shown_diff", "told"]

Command = Callable[..., Any]
MARKS = {"create": ("+", "green"), "edit": ("~", "yellow"), "delete": ("-", "red")}
PREVIEW = "beastmode_tools.preview"
MOST_FILES = 8
"""Lines about files: with the heading and the next steps, an answer has at most twelve."""


class Declared(click.Group):
    """A group whose help lists the commands as they are declared: what is needed most comes first."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks so
        """The names in that order."""
        return list(self.commands)


def change_options(command: Command) -> Command:
    """Gives a command `--pretend` and `--json`."""
    pretend = click.option("--pretend", is_flag=True, help="Show the changes as a diff, and make none.")
    as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
    return pretend(as_json(command))


def command_line() -> str:
    """What the person typed after `beast`, without the options that only say how to answer."""
    typed = click.get_current_context().meta["beastmode_tools.arguments"]
    return shlex.join(each for each in typed if each not in ("--pretend", "--json"))


def make_change(decide: Decide, *, pretend: bool, as_json: bool) -> None:
    """Carry a recipe out in the current folder, and tell the person."""
    outcome = carry_out(project_folder(Path.cwd()), decide, pretend=pretend)
    if as_json:
        say(json.dumps(facts(outcome, pretend=pretend), indent=2))
    elif pretend:
        say(shown_diff(outcome.plan.diff()) if outcome.plan.edits else outcome.plan.waits or "Nothing to change.")
        if outcome.plan.edits and click.get_current_context().meta.get(PREVIEW):
            say(summary(outcome))
    else:
        say(told(outcome))


def summary(outcome: Outcome) -> str:
    """The line below a preview: how much would change, and how the guard would judge it."""
    plan = outcome.plan
    counts = [edit.counts() for edit in plan.edits]
    added, removed = (sum(each) for each in zip(*counts, strict=True))
    files = f"{len(plan.edits)} file{'' if len(plan.edits) == 1 else 's'}"
    migration = ", with a migration" if plan.revision else ""
    return f"\n{files}, +{added} -{removed}{migration}. Verdict: {plan.verdict}. Nothing was changed."


def facts(outcome: Outcome, *, pretend: bool) -> dict[str, Any]:
    """The outcome for programs."""
    plan = outcome.plan
    files = []
    for edit in plan.edits:
        added, removed = edit.counts()
        files.append({"path": edit.path, "change": edit.kind, "added": added, "removed": removed})
    return {
        "command": plan.command,
        "id": outcome.id or None,
        "pretend": pretend,
        "verdict": plan.verdict,
        "files": files,
        "next": list(plan.next_steps),
        **({"waits": plan.waits} if plan.waits else {}),
        **({"diff": plan.diff()} if pretend else {}),
    }


def told(outcome: Outcome) -> str:
    """The outcome for a person: what was changed, file by file, and what to do next."""
    if not outcome.plan.edits:
        return outcome.plan.waits or "Nothing to change: it is there already."
    colour = has_colour()
    edits = outcome.plan.edits
    lines = []
    for edit in edits if len(edits) <= MOST_FILES else edits[: MOST_FILES - 1]:
        mark, style = MARKS[edit.kind]
        lines.append(f"  {styled(mark, style, colour=colour)} {plain(edit.path)}")
    if len(edits) > MOST_FILES:
        lines.append(f"    and {len(edits) - MOST_FILES + 1} more")
    steps = [f"  {step}" for step in outcome.plan.next_steps]
    return "\n".join([f"Change {outcome.id}:", *lines, *(["Next:", *steps] if steps else [])])


def shown_diff(diff: str) -> str:
    """The diff, in colour on a terminal."""
    if not has_colour():
        return diff.rstrip("\n")
    styles = {"+": "green", "-": "red", "@": "blue"}
    lines = (styled(line, styles[line[0]], colour=True) if line[:1] in styles else line for line in diff.splitlines())
    return "\n".join(lines)
