"""Git as a run uses it: with an index, attributes and settings of its own, beside the person's repository."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.source.repository import without_filters

__all__ = ["View", "open_view"]

LEFT_OUT = "/.beast/\n.venv/\nvenv/\nnode_modules/\n__pycache__/\n*.pyc\n.env\n.env.*\n!.env.example\n*.egg-info/\n"
"""What is left out besides what `.gitignore` says: what is installed or generated, and secrets."""
BYTES = "* -text -eol -filter -ident -working-tree-encoding\n"
"""No line end is converted and no file goes through a program, so that a file comes back as the bytes that it was."""
CONVERTING = ("core.autocrlf", "core.eol")
PEOPLE = {
    "GIT_AUTHOR_NAME": "beast",
    "GIT_AUTHOR_EMAIL": "beast@localhost",
    "GIT_COMMITTER_NAME": "beast",
    "GIT_COMMITTER_EMAIL": "beast@localhost",
}


@dataclass(frozen=True, slots=True)
class View:
    """Git for checkpoints.

    Args:
        git: Reads and writes files and trees.
        refs: Where refs are kept: the person's repository, or the shadow of a project that has none.
    """

    git: Git
    refs: Git


def open_view(folder: Path, place: Path) -> View:
    """Git that reads every file of a project as the bytes that it is, and leaves the person's repository alone.

    Its objects and refs are in the person's repository, where `git gc` and `git log` see them; without one they are in
    `.beast/shadow.git`.

    Args:
        folder: The project's folder.
        place: The run's folder.

    Raises:
        CouldNotRun: Git is not installed.
    """
    if shutil.which("git") is None:
        raise CouldNotRun("git is not on PATH. Install it: a run keeps its checkpoints with it, in any folder.")
    user = Git(folder, PEOPLE)
    if not is_tracked(user, folder):
        shadow = folder / ".beast" / "shadow.git"
        create(user, shadow, LEFT_OUT)
        git = Git(folder, view_of(folder, shadow, place))
        return View(git, git)
    own = place / "view.git"
    root = Path(user.ask("rev-parse", "--show-toplevel"))
    asked = {name: place_in(user, name) for name in ("objects", "info/exclude", "index")}
    excluded = asked["info/exclude"].read_text("utf-8", "replace") if asked["info/exclude"].is_file() else ""
    create(user, own, f"{LEFT_OUT}{excluded}", user.ask("rev-parse", "--show-object-format"))
    if asked["index"].exists() and not (place / "index").exists() and not converts(user, root):
        shutil.copy2(asked["index"], place / "index")  # with it comes what git knows about unchanged files
    return View(Git(folder, {**view_of(root, own, place), "GIT_OBJECT_DIRECTORY": str(asked["objects"])}), user)


def is_tracked(git: Git, folder: Path) -> bool:
    """Whether the folder belongs to a work tree that does not ignore it."""
    if git.ask_or_none("rev-parse", "--is-inside-work-tree") != "true":
        return False
    return git.run("check-ignore", "--quiet", str(folder)).returncode != 0


def place_in(git: Git, name: str) -> Path:
    """Where the person's repository keeps something; in a linked work tree that is not all in one place."""
    return Path(git.ask("rev-parse", "--path-format=absolute", "--git-path", name))


def create(git: Git, place: Path, excluded: str, format_of_objects: str = "sha1") -> None:
    """Makes a repository without files of its own, if it is not there."""
    if (place / "info" / "attributes").exists():
        return
    git.ask("init", "--quiet", "--bare", "--template=", f"--object-format={format_of_objects}", str(place))
    Git(git.folder, {"GIT_DIR": str(place)}).ask("config", "core.bare", "false")
    (place / "info").mkdir(exist_ok=True)
    (place / "info" / "exclude").write_text(excluded, encoding="utf-8")
    (place / "info" / "attributes").write_text(BYTES, encoding="utf-8")


def view_of(root: Path, repository: Path, place: Path) -> dict[str, str]:
    """The variables by which git sees the files through a repository of ours."""
    environment = {
        **PEOPLE,
        "GIT_DIR": str(repository),
        "GIT_WORK_TREE": str(root),
        "GIT_INDEX_FILE": str(place / "index"),
    }
    off = without_filters(Git(root, environment))
    count = int(off["GIT_CONFIG_COUNT"])
    for number, (key, value) in enumerate((("core.autocrlf", "false"), ("core.fileMode", "true")), count):
        off |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {**environment, **off, "GIT_CONFIG_COUNT": str(count + 2)}


def converts(git: Git, root: Path) -> bool:
    """Whether the person's index may hold other bytes than the files do."""
    if (root / ".gitattributes").exists() or place_in(git, "info/attributes").exists():
        return True
    return any(git.ask_or_none("config", key) not in (None, "", "false") for key in CONVERTING)
