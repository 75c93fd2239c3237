"""`beast approve`: a person says yes to one DANGEROUS change, and to no other."""

import sys
from pathlib import Path

import click

from beastmode_tools.agent.hands.approvals import approve as record
from beastmode_tools.agent.hands.approvals import question_of
from beastmode_tools.agent.hands.hands import now
from beastmode_tools.agent.hands.person import processes_above, program_above
from beastmode_tools.agent.run.starting import alone
from beastmode_tools.cli.recipe import shown_diff
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.change import project_folder
from beastmode_tools.terminal import plain, say

__all__ = ["approve"]

ASSISTANTS = ("mcp", "hook")
"""The runs of assistants that call tools one by one; there is none to go on with."""
MOST_LINES = 60
"""Of a diff: what a person reads before they say yes; longer ones are in the file that is named."""


@click.command(short_help="Approve a DANGEROUS change that a run asks about.")
@click.argument("number", metavar="ID")
@click.option("--reason", default="", help="Why it is meant, for the receipt.")
def approve(*, number: str, reason: str) -> None:
    """Shows the change that waits under ID, and approves it if you type its ID again.

    The approval counts for this very diff: if anything in it changes, it has to be asked again. It needs a terminal
    that no run of beast and no assistant has opened, and no run may be at work, so that no program approves what it
    asked for itself.
    """
    folder = project_folder(Path.cwd())
    question = question_of(folder, number)
    if question is None:
        raise CouldNotRun(f"nothing waits under {number}. `beast runs` lists the runs.")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CouldNotRun("an approval is typed by a person, in a terminal.")
    refuse_programs()
    lines = question["diff"].splitlines()
    say(shown_diff(plain("\n".join(lines[:MOST_LINES]), keep="\n\t")))
    if len(lines) > MOST_LINES:
        say(f"... {len(lines) - MOST_LINES} lines more: .beast/questions/{number}.json")
    say(plain(f"DANGEROUS: {question['why']}\nInstead: {question['instead']}", keep="\n"))
    typed = click.prompt(f"Type {number} to approve this change of {question['run']}", default="", show_default=False)
    if typed.strip() != number:
        raise CouldNotRun("not approved.")
    with alone(folder):
        record(folder, number, question["diff_hash"], reason, now())
    is_run = question["run"] not in ASSISTANTS
    say("Approved. " + (f"Go on: beast resume {question['run']}" if is_run else "Ask for it again."))


def refuse_programs() -> None:
    """Refuses an approval that a program would give itself.

    Raises:
        CouldNotRun: This process was started by a run of beast, by a test of the project, or by an assistant.
    """
    if program := program_above(list(processes_above())):
        raise CouldNotRun(
            f"an approval is a person's, and this terminal was opened by {program}. Type it in one of your own."
        )
