"""`beast new`: a project, and nothing to edit before it runs."""

import difflib
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.new.create import FEATURES, create_project, refuse_place
from beastmode_tools.recipes.new.project import DATABASES, package_of
from beastmode_tools.terminal import say

__all__ = ["new"]


@click.command(short_help="Create a project.")
@click.argument("name")
@click.option(
    "--database",
    type=click.Choice(DATABASES),
    default="sqlite",
    show_default=True,
    help="What `.env` names for development; the project runs on both.",
)
@click.option("--with", "features", metavar="NAME,...", default="", help=f"What else it has: {', '.join(FEATURES)}.")
@click.option("--pretend", is_flag=True, help="List the files, and create nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def new(*, name: str, database: str, features: str, pretend: bool, as_json: bool) -> None:
    """Creates the project NAME in a new folder: users who log in, jobs, mail, tests, migrations, CI and a container.

    Exit status: 0 if it was created, 2 if it could not be.
    """
    wanted = features_of(features)
    if pretend:
        refuse_place(Path.cwd(), name)
        with TemporaryDirectory() as elsewhere:
            files = create_project(Path(elsewhere), name, database, wanted)
    else:
        files = create_project(Path.cwd(), name, database, wanted)
    if as_json:
        say(json.dumps({"name": name, "pretend": pretend, "files": sorted(files)}, indent=2))
        return
    say(shown(name, database, files, pretend=pretend))


def features_of(text: str) -> tuple[str, ...]:
    """The features that `--with` names, each once.

    Raises:
        CouldNotRun: One of them is unknown.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in FEATURES:
            near = difflib.get_close_matches(name, FEATURES, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Features are {', '.join(FEATURES)}."
            raise CouldNotRun(f"there is no feature {name!r}. {hint}")
    return names


NEXT = """
Next:
  cd {name}{create}
  beast dev     serve it, with documentation and an account
  beast test    run its tests"""


def shown(name: str, database: str, files: tuple[str, ...], *, pretend: bool) -> str:
    """What was made, by folder, and what to do next."""
    folders: dict[str, int] = {}
    for path in files:
        top = path.partition("/")[0] + "/" if "/" in path else "files of the project"
        folders[top] = folders.get(top, 0) + 1
    made = ", ".join(f"{top} ({count})" if top.endswith("/") else f"{count} {top}" for top, count in folders.items())
    if pretend:
        return "\n".join([f"Would create {name}/ with {len(files)} files:", *(f"  {path}" for path in sorted(files))])
    create = f"\n  createdb -h 127.0.0.1 -U postgres {package_of(name)}" if database == "postgres" else ""
    return f"Created {name}/ with {len(files)} files: {made}.\n{NEXT.format(name=name, create=create)}"
