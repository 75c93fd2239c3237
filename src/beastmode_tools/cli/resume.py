"""`beast resume`: goes on with a run that was stopped, killed, or waited for a person."""

import json
from pathlib import Path

import click

from beastmode_tools.agent.plan.file import PlanFile, read_plan
from beastmode_tools.agent.run.place import run_folder, runs
from beastmode_tools.agent.run.planned import drive, lay_out, with_urls
from beastmode_tools.agent.run.starting import Asked, alone, take_up
from beastmode_tools.agent.talk.talk import Talk
from beastmode_tools.cli.do import MODEL, PLAN, ended_run, planned, with_model
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.change import project_folder

__all__ = ["resume"]

CLOSED = ("done", "stuck", "stalled", "abandoned")


@click.command(short_help="Go on with a run that was stopped.")
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print events, one JSON object a line.")
def resume(*, run_id: str | None, as_json: bool) -> int:
    """Goes on with RUN, or with the last one; what was cut off midway is taken back first.

    Exit status: as for `beast do`.
    """
    folder = project_folder(Path.cwd())
    known = runs(folder)
    if not known:
        raise CouldNotRun("there is no run here. Start one: beast do")
    chosen = run_id or known[-1]
    place = run_folder(folder, chosen)
    with alone(folder):
        run = take_up(folder, chosen, Asked(""), Talk(as_json=as_json))
        last = run.journal.last_of("outcome")
        if last is not None and last["outcome"] in CLOSED:
            raise CouldNotRun(f"{chosen} has ended: {last['outcome']}. Start a new run.")
        if (place / MODEL).exists():
            name, base_url = json.loads((place / MODEL).read_bytes())
            return with_model(run, (name, base_url), as_json=as_json)
        file = with_urls(plan_in(folder, place))
        lay_out(run, file)
        return ended_run(run, lambda: drive(run, file.actions), as_json=as_json)


def plan_in(folder: Path, place: Path) -> PlanFile:
    """What the run was asked to do."""
    if (place / PLAN).exists():
        return read_plan(place / PLAN)
    return planned(folder, (place / "sentence").read_text(encoding="utf-8"))
