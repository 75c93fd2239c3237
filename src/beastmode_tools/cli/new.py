"""`beast new`: a project, and nothing to edit before it runs."""

import difflib
import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.assistants.recipe import OWN
from beastmode_tools.recipes.new.create import FEATURES, create_project, refuse_place
from beastmode_tools.recipes.new.project import DATABASES, package_of
from beastmode_tools.terminal import has_colour, say, styled

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


CONTENTS = {
    "": "README.md, AGENTS.md, Dockerfile, compose.yaml and settings of tools",
    ".github/": "CI: lint, types, tests, and beast check on each pull request",
    "migrations/": "with the tables of accounts, jobs and mail",
    "tests/": "for these routes",
}
"""What the folders have; the package has its own line."""
NEXT = """
Next:
  cd {name}{create}
  beast dev     serve it, with documentation and an account
  beast test    run its tests, then check the change"""


def shown(name: str, database: str, files: tuple[str, ...], *, pretend: bool) -> str:
    """What was made, by folder, and what to do next."""
    if pretend:
        return "\n".join([f"Would create {name}/ with {len(files)} files:", *(f"  {path}" for path in sorted(files))])
    package = package_of(name)
    contents = {f"{package}/": "the application: users who log in, each part as models, schemas, service, views"}
    contents |= CONTENTS
    own = [path for path in files if path not in OWN]
    counts = Counter(path.partition("/")[0] + "/" if "/" in path else "" for path in own)
    longest = max(map(len, contents))
    colour = has_colour()
    lines = [
        f"  {styled('+', 'green', colour=colour)} {(top or './').ljust(longest)} {counts[top]:>3}  {says}"
        for top, says in contents.items()
    ]
    create = f"\n  createdb -h 127.0.0.1 -U postgres {package}" if database == "postgres" else ""
    heading = f"Created {name}/ with {len(own)} files, and {len(files) - len(own)} that set up assistants:"
    made = "\n".join([heading, *lines])
    return f"{made}\n{NEXT.format(name=name, create=create)}"
