"""`beast check`: may this change ship?"""

from pathlib import Path

import click

from beastmode_tools.cli.answer import Answer, answers, project_view
from beastmode_tools.cli.place import app_option, project_option, python_option
from beastmode_tools.guard.check import check as ask
from beastmode_tools.guard.read import Question
from beastmode_tools.guard.report.last_report import remember, without_told
from beastmode_tools.project import find_project

__all__ = ["check"]


@click.command(short_help="Is this change safe to ship?")
@click.option(
    "--base", metavar="REF", help="The commit to compare with.  [default: the merge base with the main branch]"
)
@project_option
@app_option
@python_option
@click.option("--shadow-url", metavar="URL", help="A PostgreSQL server for scratch databases.")
@click.option(
    "--on",
    type=click.Choice(["sqlite", "postgresql"]),
    multiple=True,
    help="Prove on this kind of database only; can be repeated.  [default: every kind that is available]",
)
@click.option("--no-proofs", is_flag=True, help="Start both sides once, but create no database and make no calls.")
@click.option("--tests", is_flag=True, help="Also run the base's own tests against the new schema.")
@answers
def check(  # noqa: PLR0913 - click hands over each option
    *,
    answer: Answer,
    base: str | None,
    folder: Path,
    app: str | None,
    python: Path | None,
    shadow_url: str | None,
    on: tuple[str, ...],
    no_proofs: bool,
    tests: bool,
) -> int:
    """What a change does to clients, data, deploys and security.

    Compares the work tree, untracked files included, with the base; proves on scratch databases of its own what can be
    proved. The verdict is SAFE, CAUTIOUS or DANGEROUS.

    Exit status: 0 if nothing reaches the limit, 1 if a finding does that nobody accepted, 2 if it could not run.
    """
    project = find_project(folder, app=app, python=python)
    question = Question(project, base, proofs=not no_proofs, shadow_url=shadow_url, run_tests=tests, on=on)
    with answer.progress() as progress:
        report = ask(question, progress)
    shown = report if answer.show_all else without_told(report, project)
    remember(report, project)
    return answer.give(shown, project_view(project))
