"""`beast test`: the project's tests, then the guard."""

import os
import subprocess
from pathlib import Path

import click

from beastmode_tools.cli.place import python_option
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.project import interpreter
from beastmode_tools.recipes.change import project_folder
from beastmode_tools.terminal import say

__all__ = ["test"]


@click.command(
    short_help="Run the tests, then check the change.",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENT]...")
@python_option
@click.pass_context
def test(ctx: click.Context, *, arguments: tuple[str, ...], python: Path | None) -> int:
    """Runs the project's tests on scratch databases, then `beast check`.

    Arguments go to pytest; with any, nothing is checked.

    Exit status: 0 if the tests pass and nothing is DANGEROUS, 1 if not, 2 if they could not run.
    """
    folder = project_folder(Path.cwd())
    chosen = interpreter(folder, folder, python)
    refuse_without_pytest(chosen)
    status = subprocess.run(  # noqa: S603 - the interpreter is the project's own
        [str(chosen), "-m", "pytest", *(arguments or ("-q",))], cwd=folder, env=environment(), check=False
    ).returncode
    if status or arguments:
        return status if status in (0, 1) else 2
    git = Git(folder)
    if git.ask_or_none("rev-parse", "--verify", "HEAD") is None:
        say("There is no commit to compare with, so nothing was checked. After a commit this runs `beast check`.")
        return 0
    from beastmode_tools.cli.check import check  # noqa: PLC0415 - tests that fail need no guard

    say("")
    result = ctx.invoke(check, folder=folder, python=python)
    return int(result or 0)


def refuse_without_pytest(python: Path) -> None:
    """Refuses an interpreter that cannot run tests, before Python says so in its own words.

    Raises:
        CouldNotRun: It has no pytest.
    """
    looks = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pytest') is None)"
    if subprocess.run([str(python), "-c", looks], check=False).returncode:  # noqa: S603 - as above
        raise CouldNotRun(f"pytest is missing in {python}, which runs the tests. Install it there: pip install pytest")


def environment() -> dict[str, str]:
    """The variables of this process without those that name a database: tests have their own."""
    return {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "ENVIRONMENT")}
