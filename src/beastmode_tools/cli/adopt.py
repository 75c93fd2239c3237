"""`beast adopt`: beastmode for a Flask project that exists."""

import json
import subprocess
from pathlib import Path

import click

from beastmode_tools.cli.place import app_option, project_option, python_option
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.project import Project, find_project
from beastmode_tools.recipes.adopt.adopt import adopt as decide
from beastmode_tools.recipes.adopt.adopt import the_application
from beastmode_tools.recipes.adopt.application import Application
from beastmode_tools.recipes.adopt.trial import Trial, try_out
from beastmode_tools.recipes.change import Outcome, carry_out
from beastmode_tools.recipes.journal.entry import Journal
from beastmode_tools.recipes.journal.writing import apply
from beastmode_tools.recipes.workspace import Workspace
from beastmode_tools.terminal import say

__all__ = ["adopt"]


@click.command(short_help="Add beastmode and the guard to a Flask project that exists.")
@project_option
@app_option
@python_option
@click.option("--pretend", is_flag=True, help="Show the changes as a diff, and make none.")
@click.option("--no-tests", is_flag=True, help="Start the application, but do not run the project's tests.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def adopt(  # noqa: PLR0913 - click hands over each option
    *, folder: Path, app: str | None, python: Path | None, pretend: bool, no_tests: bool, as_json: bool
) -> None:
    """Adds the line `Beastmode(app)`, the requirement, the name of the environment, and the files of the guard.

    Then the application is started and the project's tests are run. If either fails, everything is taken back.

    Exit status: 0 if it was added, or was there already; 2 if it could not be.
    """
    project = find_project(folder, app=app, python=python)
    refuse_without_package(project)
    application = the_application(Workspace(project.folder), project.app)
    outcome = carry_out(project.folder, lambda workspace: decide(workspace, application), pretend=pretend)
    trial = Trial()
    if outcome.id:
        trial = tried(project, application, outcome, with_tests=not no_tests)
    say(json.dumps(as_data(outcome, trial), indent=2) if as_json else shown(outcome, trial, pretend=pretend))


def refuse_without_package(project: Project) -> None:
    """Refuses a project whose interpreter cannot import beastmode.

    Raises:
        CouldNotRun: It cannot.
    """
    done = subprocess.run(  # noqa: S603 - the project's own interpreter
        [str(project.python), "-c", "import beastmode"], cwd="/", capture_output=True, check=False
    )
    if done.returncode:
        raise CouldNotRun(
            f"{project.python} has no beastmode. Install it first: {project.python} -m pip install beastmode"
        )


def tried(project: Project, application: Application, outcome: Outcome, *, with_tests: bool) -> Trial:
    """How the project fares with the change, which is taken back if it does not.

    Raises:
        CouldNotRun: The project fails; the message says whether it did so before.
    """
    try:
        trial = try_out(project, application.for_flask, with_tests=with_tests)
    except BaseException:
        take_back(project, outcome)
        raise
    if not trial.problem:
        return trial
    take_back(project, outcome)
    before = try_out(project, application.for_flask, with_tests=with_tests)
    cause = (
        f"without beastmode as well: {before.problem}"
        if before.problem
        else f"with it, and not without: {trial.problem}"
    )
    raise CouldNotRun(f"everything was taken back, because the project fails {cause}")


def take_back(project: Project, outcome: Outcome) -> None:
    """Undoes the change."""
    journal = Journal(project.folder)
    apply(journal, journal.entry(outcome.id), "undo")


def as_data(outcome: Outcome, trial: Trial) -> dict[str, object]:
    """The result for programs."""
    return {
        "id": outcome.id,
        "files": [{"path": edit.path, "kind": edit.kind} for edit in outcome.plan.edits],
        "tests": trial.tests,
        "next": list(outcome.plan.next_steps),
    }


def shown(outcome: Outcome, trial: Trial, *, pretend: bool) -> str:
    """What was changed, what the tests said, and what to do next."""
    if pretend:
        return outcome.plan.diff() or "Nothing to change: beastmode is here already."
    if not outcome.plan.edits:
        return "Nothing to change: beastmode is here already."
    files = [f"{edit.kind:7} {edit.path}" for edit in outcome.plan.edits]
    tests = [f"The application starts; its tests: {trial.tests}"] if trial.tests else ["The application starts."]
    steps = ["", "Next:", *(f"  {step}" for step in outcome.plan.next_steps)]
    return "\n".join([*files, *tests, f"`beast undo {outcome.id}` takes it back.", *steps])
