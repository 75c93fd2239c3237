"""`beast update`: a project gets what `beast new` would write today, and keeps what people changed."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.recipes.new.create import CREATED, create_project
from beastmode_tools.recipes.new.project import package_of
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["update_project"]

KEPT = (".env", "migrations/versions/")
"""What is never written again: secrets, and migrations that have been applied."""
MOST_CONFLICTS = 127
"""What git's merge-file answers for this many conflicts and more; above it are errors."""


@dataclass(frozen=True, slots=True)
class Created:
    """How a project was created.

    Args:
        commit: With the files of that time.
        name: Of the project.
        database: "sqlite" or "postgres".
        features: What `--with` named.
    """

    commit: str
    name: str
    database: str
    features: tuple[str, ...]


def update_project(workspace: Workspace, command: str, *, has_markers: bool = False) -> Plan:
    """Decide what `beast update` changes: each file by a three-way merge from the commit that created the project.

    Args:
        workspace: The project's files.
        command: What the person typed.
        has_markers: Whether lines that both changed are written with the markers of git; otherwise such a file stays.

    Raises:
        CouldNotRun: The project was not created by `beast new` in a repository of its own, or nothing but conflicts
            is left.
    """
    git = Git(workspace.folder)
    created = how_created(git)
    conflicts = []
    for path, theirs in today(created).items():
        if path.startswith(KEPT):
            continue
        base = git.run("show", f"{created.commit}:./{path}")
        before = None if base.returncode else base.stdout
        ours = workspace.read(path).encode() if workspace.exists(path) else None
        if theirs in (before, ours) or (before is not None and ours is None):
            continue
        merged, is_clean = (theirs, True) if ours == before else merge(ours or b"", before or b"", theirs)
        if is_clean or has_markers:
            workspace.edit(path, merged.decode())
        if not is_clean:
            conflicts.append(path)
    edits = workspace.edits()
    if conflicts and not edits:
        raise CouldNotRun(
            f"you and beast changed the same lines of {', '.join(conflicts)}: see beast update --markers --pretend"
        )
    what = "has markers where both changed" if has_markers else "stays as it is: see beast update --markers --pretend"
    steps = [f"{path} {what}" for path in conflicts]
    return Plan(
        command, edits, next_steps=(*steps, "beast test", "flask db migrate     if a table of beastmode changed")
    )


def how_created(git: Git) -> Created:
    """The commit that `beast new` made, and what it was asked for.

    Raises:
        CouldNotRun: There is none.
    """
    found = git.ask_or_none("log", "--diff-filter=A", "--format=%H %s", "--", "beastmode.toml")
    commit, _, subject = (found or "").splitlines()[-1].partition(" ") if found else ("", "", "")
    if subject != CREATED:
        raise CouldNotRun(
            "the commit of `beast new` is not in this repository, so nobody knows what you changed since."
        )
    project = tomllib.loads(git.ask("show", f"{commit}:./pyproject.toml"))
    name = str(project["project"]["name"])
    example = git.ask("show", f"{commit}:./.env.example")
    has_images = git.ask_or_none("cat-file", "-e", f"{commit}:./{package_of(name)}/images/views.py") is not None
    return Created(commit, name, "postgres" if "postgresql:" in example else "sqlite", ("uploads",) * has_images)


def today(created: Created) -> dict[str, bytes]:
    """Path -> contents of every file that `beast new` would write now."""
    with TemporaryDirectory() as elsewhere:
        paths = create_project(Path(elsewhere), created.name, created.database, created.features)
        return {path: (Path(elsewhere) / created.name / path).read_bytes() for path in paths}


def merge(ours: bytes, base: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """The three-way merge of a file, and whether it has no conflicts."""
    with TemporaryDirectory() as folder:
        for name, content in (("yours", ours), ("created", base), ("beast", theirs)):
            (Path(folder) / name).write_bytes(content)
        done = Git(Path(folder)).run("merge-file", "-p", "yours", "created", "beast")
    if done.returncode > MOST_CONFLICTS:
        raise CouldNotRun("git merge-file failed; a file of the project is not text.")
    return done.stdout, done.returncode == 0
