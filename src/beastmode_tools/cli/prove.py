"""`beast prove`: do these migrations go up, down and up again with data?"""

from dataclasses import replace
from pathlib import Path

import click

from beastmode_tools.cli.answer import Answer, answers_in_full, project_view
from beastmode_tools.cli.place import app_option, project_option, python_option
from beastmode_tools.guard.acceptances.accepted import apply_to
from beastmode_tools.guard.report.last_report import remember
from beastmode_tools.guard.revisions import prove as ask
from beastmode_tools.project import find_project

__all__ = ["prove"]


@click.command(short_help="Run migrations up, down and up again with data.")
@click.argument("revisions", nargs=-1, metavar="[REVISION]...")
@click.option("--all", "all_revisions", is_flag=True, help="Prove every revision.")
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
@answers_in_full
def prove(  # noqa: PLR0913 - click hands over each option
    *,
    answer: Answer,
    revisions: tuple[str, ...],
    all_revisions: bool,
    folder: Path,
    app: str | None,
    python: Path | None,
    shadow_url: str | None,
    on: tuple[str, ...],
) -> int:
    """Runs REVISIONs up, down and up again, on scratch databases that hold awkward rows.

    Exit status: 0 if nothing reaches the limit, 1 if a finding does that nobody accepted, 2 if it could not run.
    """
    if bool(revisions) == all_revisions:
        raise click.UsageError("name revisions, or use --all.")
    project = find_project(folder, app=app, python=python)
    with answer.progress() as progress:
        report = ask(project, list(revisions), shadow_url=shadow_url, on=on, progress=progress)
    findings, _ = apply_to(report.findings, None, project.folder)
    remember(report, project, "prove")
    return answer.give(replace(report, findings=findings), project_view(project))
