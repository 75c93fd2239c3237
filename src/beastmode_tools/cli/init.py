"""`beast init`: rules, tools and hooks for the assistants that work on a project."""

import json
from pathlib import Path

import click

from beastmode_tools.cli.recipe import change_options, command_line, facts, shown_diff, told
from beastmode_tools.recipes.assistants.recipe import set_up_assistants
from beastmode_tools.recipes.change import Outcome, carry_out, project_folder
from beastmode_tools.terminal import say

__all__ = ["init"]


@click.command(short_help="Set up assistants: their rules, tools and hooks.")
@click.option("--check", "is_check", is_flag=True, help="Change nothing; exit status 1 and a diff if a file is not so.")
@change_options
def init(*, is_check: bool, pretend: bool, as_json: bool) -> int:
    """Writes the files of Claude Code, Cursor, GitHub Copilot and VS Code, and keeps them current.

    Each gets its rules, the server of `beast mcp`, and hooks that call `beast hook`; git and CI get a check each. Your
    own text, entries and comments stay as they are, and a second time nothing changes.

    Exit status: 0 if all is so, 1 if --check found a difference, 2 if a file cannot be read.
    """
    command = command_line()
    pretend = pretend or is_check
    folder = project_folder(Path.cwd())
    outcome = carry_out(folder, lambda workspace: set_up_assistants(workspace, command), pretend=pretend)
    say(json.dumps(facts(outcome, pretend=pretend), indent=2) if as_json else shown(outcome, pretend=pretend))
    return int(is_check and bool(outcome.plan.edits or outcome.plan.next_steps))


def shown(outcome: Outcome, *, pretend: bool) -> str:
    """What was changed, or would be; and what a person has to add."""
    plan = outcome.plan
    if not plan.edits:
        return "\n".join(plan.next_steps) or "Nothing to change: the files for assistants are current."
    if not pretend:
        return told(outcome)
    return "\n".join([shown_diff(plan.diff()), *plan.next_steps])
