"""A project that the tools look at: where it is, how it starts, with which interpreter."""

import configparser
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.settings_file import GuardSettings, read_settings

__all__ = ["GuardSettings", "Project", "find_project"]

ENVIRONMENTS = (".venv", "venv", "env", ".env")
USUAL_MIGRATIONS = ("migrations", "alembic")


@dataclass(frozen=True, slots=True)
class Project:
    """A Flask project in a git repository.

    Args:
        root: The repository's work tree.
        folder: The project's own folder, which is the root or below it.
        python: The interpreter that has the project's packages.
        app: "module:name" or "module:factory()" as Flask's `--app` takes it; None where it has to be found.
        migrations: The Alembic folder relative to `folder` (the one with `env.py`); None where there is none.
        settings: From `beastmode.toml`.
        invent: Settings that the application needs and nobody gave, as its first start has told.
        named: Values that the change's revisions ask for: column -> SQL literals; rows that are made up hold them.
    """

    root: Path
    folder: Path
    python: Path
    app: str | None
    migrations: str | None
    settings: GuardSettings = field(default_factory=GuardSettings)
    invent: tuple[str, ...] = ()
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def start(self) -> dict[str, Any]:
        """What a probe is asked for to start it."""
        return {"app": self.app, "invent": list(self.invent) or None}

    def migrations_at(self, folder: Path) -> str | None:
        """The Alembic folder in a copy of one side, which may have it in another place than the work tree has."""
        if self.migrations is not None and (folder / self.migrations).is_dir():
            return self.migrations
        try:
            return migrations_folder(folder) or self.migrations
        except CouldNotRun:
            return self.migrations


def find_project(folder: Path, *, app: str | None = None, python: Path | None = None) -> Project:
    """The project in a folder, with what its settings say and what can be seen.

    Args:
        folder: The project's folder, anywhere in a git work tree.
        app: As Flask's `--app` takes it; None where it has to be found.
        python: The interpreter that has the project's packages; None where it has to be found.

    Raises:
        CouldNotRun: The folder is not in a git work tree, or what was named is not there.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise CouldNotRun(f"{folder} is no folder. Name the project's with --project.")
    root = repository_root(folder)
    settings = read_settings(folder)
    return Project(
        root=root,
        folder=folder,
        python=interpreter(folder, root, python),
        app=app or settings.app or named_for_flask(folder),
        migrations=migrations_folder(folder) if settings.migrations is None else settings.migrations,
        settings=settings,
    )


def named_for_flask(folder: Path) -> str | None:
    """FLASK_APP of this process, which `flask` takes too; else of the `.env`, which git may ignore."""
    if named := os.environ.get("FLASK_APP"):
        return named
    try:
        text = (folder / ".env").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = re.search(r"^\s*(?:export\s+)?FLASK_APP\s*=\s*[\"']?([^\s\"'#]+)", text, re.MULTILINE)
    return found[1] if found else None


def repository_root(folder: Path) -> Path:
    """The top of the git work tree that a folder is in.

    Raises:
        CouldNotRun: It is in none, or git does not want to be asked there.
    """
    git = Git(folder)
    if git.ask_or_none("rev-parse", "--is-inside-work-tree") != "true":
        said = git.run("rev-parse", "--is-inside-work-tree").stderr.decode("utf-8", "replace")
        if "dubious ownership" in said:
            raise CouldNotRun(
                f"git does not trust {folder}, which somebody else owns: git config --global safe.directory"
            )
        raise CouldNotRun(
            f"{folder} is not in a git work tree, so there is nothing to compare with. Run `git init` first."
        )
    return Path(git.ask("rev-parse", "--show-toplevel")).resolve()


def interpreter(folder: Path, root: Path, wanted: Path | None) -> Path:
    """The interpreter that has the project's packages.

    The one that is asked for; else that of a virtual environment in the project or the repository, else of the one
    that is active, else this one.

    Raises:
        CouldNotRun: The one that is asked for is not there.
    """
    if wanted is not None:
        found = wanted / "bin" / "python" if wanted.is_dir() else wanted
        if not os.access(found, os.X_OK):
            raise CouldNotRun(f"--python {wanted} is no interpreter that can be run. Name the project's own.")
        return Path(os.path.abspath(found))  # noqa: PTH100 - resolving the link would leave the virtual environment
    places = [place / name for place in dict.fromkeys((folder, root)) for name in ENVIRONMENTS]
    if active := os.environ.get("VIRTUAL_ENV"):
        places.append(Path(active))
    for place in places:
        if os.access(python := place / "bin" / "python", os.X_OK):
            return python
    return Path(sys.executable)


def migrations_folder(folder: Path) -> str | None:
    """The Alembic folder, relative to the project's: the one that its settings name, else the one that has an env.py.

    Raises:
        CouldNotRun: There are several and nothing says which.
    """
    for named in named_by_settings(folder):
        if (folder / named / "env.py").is_file():
            return named
    for usual in USUAL_MIGRATIONS:
        if (folder / usual / "env.py").is_file():
            return usual
    found = sorted(path.parent.relative_to(folder).as_posix() for path in candidates(folder))
    if len(found) > 1:
        raise CouldNotRun(
            f"There are several Alembic folders: {', '.join(found)}. Say which by [guard] migrations in beastmode.toml."
        )
    return found[0] if found else None


def named_by_settings(folder: Path) -> Iterator[str]:
    """Script locations in `alembic.ini` and `pyproject.toml`, as they stand there."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(folder / "alembic.ini", encoding="utf-8")
        if location := parser.get("alembic", "script_location", fallback=""):
            yield location.replace("%(here)s/", "").replace("%(here)s", ".").strip()
    except (configparser.Error, UnicodeDecodeError):
        pass
    try:
        data = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    location = data.get("tool", {}).get("alembic", {}).get("script_location", "") if isinstance(data, dict) else ""
    if location:
        yield str(location).replace("%(here)s/", "")


def candidates(folder: Path) -> list[Path]:
    """Every `env.py` up to four folders deep that has Alembic's other files beside it; else revisions without one.

    A part of a larger application may bring revisions only, and leave the `env.py` to the whole. A folder without
    revisions beside one that has them is a pattern for others.
    """
    found = [
        path
        for path in within(folder, "env.py")
        if (path.parent / "versions").is_dir() or (path.parent / "script.py.mako").is_file()
    ]
    if found:
        return [path for path in found if (path.parent / "versions").is_dir()] or found
    homes = {
        path.parent: path for name in USUAL_MIGRATIONS for path in within(folder, f"{name}/*.py") if is_revision(path)
    }
    return list(homes.values())


def within(folder: Path, name: str) -> Iterator[Path]:
    """What is called so and lies up to four folders deep, outside of hidden folders and virtual environments."""
    for depth in range(1, 5):
        for path in folder.glob(f"{'*/' * (depth - name.count('/'))}{name}"):
            parts = path.relative_to(folder).parts
            if not any(part.startswith(".") or part in (*ENVIRONMENTS, "node_modules") for part in parts):
                yield path


def is_revision(path: Path) -> bool:
    """Whether a file is one of Alembic's revisions."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return bool(
        re.search(r"^revision\b.*=", text, re.MULTILINE) and re.search(r"^down_revision\b.*=", text, re.MULTILINE)
    )
