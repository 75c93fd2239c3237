"""`beast runs`: the runs of a project, and how each ended."""

import json
from pathlib import Path
from typing import Any

import click

from beastmode_tools.agent.journal.record import RunJournal
from beastmode_tools.agent.run.place import run_folder
from beastmode_tools.agent.run.place import runs as known_runs
from beastmode_tools.agent.run.state import plan_of
from beastmode_tools.recipes.change import project_folder
from beastmode_tools.terminal import plain, say

__all__ = ["runs"]


@click.command(short_help="List the runs, and how each ended.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def runs(*, as_json: bool) -> None:
    """Lists every run of `beast do`: what was asked, how far it is, and how it ended."""
    folder = project_folder(Path.cwd())
    found = [facts(folder, each) for each in known_runs(folder)]
    if as_json:
        say(json.dumps(found, indent=2))
        return
    for each in found:
        say(plain(f"{each['run']}  {each['outcome']:14}  {each['done']}/{each['boxes']}  {each['task']}"))
    if not found:
        say("No run yet. Start one: beast do")


def facts(folder: Path, run: str) -> dict[str, Any]:
    """One run, for programs."""
    journal = RunJournal(run_folder(folder, run) / "journal.jsonl")
    plan, last = plan_of(journal), journal.last_of("outcome")
    return {
        "run": run,
        "task": plan.task,
        "outcome": last["outcome"] if last else "not ended",
        "done": len(plan.done),
        "boxes": len(plan.boxes),
    }
