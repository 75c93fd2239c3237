"""`beast contract`: two documents compared, or what a project promises now."""

import json
from pathlib import Path

import click

from beastmode_tools.cli.answer import Answer, answers
from beastmode_tools.cli.place import app_option, project_option, python_option
from beastmode_tools.guard.acceptances.accepted import today
from beastmode_tools.guard.report.view import View
from beastmode_tools.terminal import say

__all__ = ["contract"]


@click.group(short_help="Compare OpenAPI documents, or show a project's.")
def contract() -> None:
    """What an API promises to its clients."""


@contract.command(short_help="Compare two OpenAPI documents, without a project.")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@answers
def diff(*, answer: Answer, old: Path, new: Path) -> int:
    """Compares two OpenAPI documents: JSON or YAML; 3.0, 3.1 or Swagger 2.0. No project is needed.

    Exit status: 0 if nothing reaches the limit, 1 if a finding does, 2 if it could not run.
    """
    from beastmode_tools.guard.documents import diff_files  # noqa: PLC0415 - `show` needs no reader of documents

    with answer.progress():
        report = diff_files(old, new, today=today())
    return answer.give(report, View(can_accept=False, anchor=anchor(new)))


def anchor(path: Path) -> str:
    """The document as a report names it: relative to this folder if it is below it."""
    absolute, here = path.absolute(), Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()


@contract.command(short_help="Print the current contract of the project as JSON.")
@click.option("--version", metavar="NAME", help="The version of the API.  [default: all]")
@project_option
@app_option
@python_option
def show(version: str | None, folder: Path, app: str | None, python: Path | None) -> None:
    """Prints what this project promises now, as JSON: from its own document, or from its routes where it has none."""
    from beastmode_tools.guard.documents import show as promised  # noqa: PLC0415 - `diff` needs no project
    from beastmode_tools.project import find_project  # noqa: PLC0415 - as above

    say(json.dumps(promised(find_project(folder, app=app, python=python), version), indent=2))
