"""`beast do`: plans a change, makes it in small steps, and ends when every box is checked."""

import json
from collections.abc import Callable
from pathlib import Path

import click

from beastmode_tools.agent.gate.effect import ApplyRecipe
from beastmode_tools.agent.plan.condition import parse_condition
from beastmode_tools.agent.plan.file import PlanFile, read_plan
from beastmode_tools.agent.plan.plan import Plan
from beastmode_tools.agent.run.closing import close
from beastmode_tools.agent.run.outcome import Outcome
from beastmode_tools.agent.run.planned import drive, lay_out, with_urls
from beastmode_tools.agent.run.run import Ended, Run
from beastmode_tools.agent.run.starting import Asked, alone, begin
from beastmode_tools.agent.sentence.sentence import understand
from beastmode_tools.agent.talk.talk import Talk
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.change import project_folder
from beastmode_tools.recipes.code.layout import read_layout
from beastmode_tools.recipes.journal.entry import write_whole
from beastmode_tools.recipes.workspace import Workspace
from beastmode_tools.terminal import say

__all__ = ["MODEL", "PLAN", "do", "ended_run", "planned", "with_model"]

PLAN = "plan.toml"
MODEL = "model.json"


@click.command(short_help="Plan a change, make it in small steps, check each step.")
@click.argument("task", required=False)
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path, dir_okay=False), help="A plan with what to do for each box."
)
@click.option(
    "--depth",
    type=click.Choice(["read", "start", "prove"]),
    default="prove",
    show_default=True,
    help="How the last verdict is reached: by reading, by starting both sides, or on scratch databases too.",
)
@click.option("--model", envvar="BEAST_MODEL", default="", help="anthropic:NAME, openai:NAME or scripted:FILE.")
@click.option(
    "--base-url", envvar="BEAST_BASE_URL", default="", help="Of a server that speaks the provider's protocol."
)
@click.option("--timeout", default=300.0, show_default=True, help="Seconds that the project's tests may take.")
@click.option("--json", "as_json", is_flag=True, help="Print events, one JSON object a line.")
def do(  # noqa: PLR0913 - click hands over each option
    *,
    task: str | None,
    plan_file: Path | None,
    depth: str,
    model: str,
    base_url: str,
    timeout: float,
    as_json: bool,
) -> int:
    r"""Carries out TASK, or the plan of a file: box by box, each one checked, and taken back if its check fails.

    The end is decided by the state of the project: the tests, the conditions of every box, and the guard's verdict.

    \b
    beast do --plan plan.toml
    beast do "add a nullable nickname to users"

    Exit status: 0 done, 2 could not run, 3 stuck or out of budget, 4 every box was dropped, 5 needs `beast approve`,
    6 the model's provider failed, 7 stopped.
    """
    if (task is None) == (plan_file is None):
        raise click.UsageError("say what to do, or name a plan: beast do --plan plan.toml")
    folder = project_folder(Path.cwd())
    if task and model:
        asked = Asked(task=task, depth=depth, seconds=timeout)  # type: ignore[arg-type]  # click checked it
        with alone(folder):
            return with_model(begin(folder, asked, Talk(as_json=as_json)), (model, base_url), as_json=as_json)
    file = read_plan(plan_file) if plan_file else planned(folder, task or "")
    asked = Asked(task=file.plan.task, depth=depth, seconds=timeout)  # type: ignore[arg-type]  # click checked it
    with alone(folder):
        run = begin(folder, asked, Talk(as_json=as_json))
        if plan_file:
            write_whole(run.place / PLAN, plan_file.read_bytes())
        else:
            write_whole(run.place / "sentence", (task or "").encode())
        file = with_urls(file)
        lay_out(run, file)
        return ended_run(run, lambda: drive(run, file.actions), as_json=as_json)


def with_model(run: Run, model: tuple[str, str], *, as_json: bool) -> int:
    """Works with a model; the exit status."""
    from beastmode_tools.agent.loop.budget import Budget  # noqa: PLC0415 - a plan needs no model
    from beastmode_tools.agent.loop.loop import converse  # noqa: PLC0415 - it loads for half a second
    from beastmode_tools.agent.models.models import model_of  # noqa: PLC0415 - likewise

    write_whole(run.place / MODEL, json.dumps(model).encode())
    chosen = model_of(*model)
    return ended_run(run, lambda: converse(run, chosen, Budget()), as_json=as_json)


def planned(folder: Path, task: str) -> PlanFile:
    """The plan of a sentence that recipes understand.

    Raises:
        CouldNotRun: They do not; the message names the nearest ones.
    """
    models = {each.name: each.table for each in read_layout(Workspace(folder)).models.values()}
    plan, actions = Plan(" ".join(task.split())), []
    for each in understand(task, models):
        plan = plan.add(each.title, tuple(map(parse_condition, each.conditions)))
        actions.append((ApplyRecipe(each.words),))
    return PlanFile(plan, tuple(actions))


def ended_run(run: Run, work: Callable[[], Ended], *, as_json: bool) -> int:
    """Does the work, closes the run, and says how it ended; the exit status."""
    try:
        ended = work()
    except CouldNotRun as problem:
        ended = Ended(Outcome.STOPPED, str(problem))
    receipt = close(run, ended)
    if as_json:
        say(json.dumps({"event": "end", **receipt.facts}, default=str))
        return ended.outcome.status
    say(f"{ended.outcome.name}{f': {ended.said}' if ended.said else ''}")
    if ended.outcome is Outcome.DONE:
        say("All boxes checked. Take it back with `beast undo`.")
    elif ended.outcome is Outcome.NEEDS_APPROVAL:
        say(f"If it is meant: beast approve {ended.approval}, then beast resume {run.id}")
    say(f"Receipt: {(run.place / 'RECEIPT.md').relative_to(run.checkpoints.folder)}")
    return ended.outcome.status
