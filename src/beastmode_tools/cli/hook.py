"""`beast hook`: what assistants and git ask before something happens."""

import os
import sys
from pathlib import Path

import click

from beastmode_tools.agent.hooks.answer import allowed, go_on, refused
from beastmode_tools.agent.hooks.before import refusal_of
from beastmode_tools.agent.hooks.payload import read_payload
from beastmode_tools.agent.hooks.standing import refusals_of_commit
from beastmode_tools.agent.hooks.stopping import may_stop
from beastmode_tools.cli.recipe import Declared
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.change import project_folder
from beastmode_tools.terminal import complain, plain, say

__all__ = ["hook"]


@click.group(cls=Declared, short_help="Decide what an assistant or a commit may do.")
def hook() -> None:
    """Decides what an assistant may do, and what may be committed, by the same gate as `beast do`.

    `beast init` sets the assistants up to call it. They send JSON, in the form of Claude Code, VS Code, Cursor or
    GitHub Copilot, and get the answer in the same form.
    """


@hook.command("pre-tool-use")
def pre_tool_use() -> None:
    """Says whether the tool on standard input may be used.

    Refused are files outside of the project and those that decide whether a change is good, secrets, programs that are
    not on the list, tests made weaker, and DANGEROUS changes that no person approved.

    Exit status: 0 with the answer, 2 if it cannot be told, which the assistants take as no.
    """
    payload = read_payload(sys.stdin.buffer)
    try:
        why = refusal_of(payload, the_project())
    except CouldNotRun as problem:
        why = f"beast: {problem}"
    answer = refused(payload.assistant, plain(why)) if why else allowed(payload.assistant)
    if answer:
        say(answer)


@hook.command()
def stop() -> None:
    """Says whether the turn may end: not while tests fail, a change is DANGEROUS, or a run has open boxes.

    Only what changed since the last commit is judged. The same files are sent back five times at most; then the turn
    ends, and `.beast/UNFINISHED` says what is left.

    Exit status: 0 with the answer, 2 if it cannot be told.
    """
    payload = read_payload(sys.stdin.buffer)
    left = may_stop(the_project(), payload.session)
    answer = go_on(payload.assistant, plain(left, keep="\n")) if left else allowed(payload.assistant)
    if answer:
        say(answer)


@hook.command("pre-commit")
def pre_commit() -> int:
    """Says whether what is staged may be committed.

    Refused are files of secrets, tests made weaker, and DANGEROUS changes that no person accepted or approved. It reads
    only; `beast check` in CI starts the application, too.

    Exit status: 0 if it may, 1 if not.
    """
    found = refusals_of_commit(the_project())
    for each in found:
        complain(plain(each))
    if found:
        complain("Mend it, or accept a finding with a reason: beast check, then beast accept ID.")
    return int(bool(found))


def the_project() -> Path:
    """The project's folder, as the assistant names it, or the current one."""
    return project_folder(Path(os.environ.get("CLAUDE_PROJECT_DIR") or Path.cwd()))
