"""The files of a new project."""

import keyword
import re
import site
import sys
from importlib.machinery import PathFinder
from importlib.metadata import version
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.render import render

__all__ = ["DATABASES", "files_of", "package_of", "refuse_project_name"]

FILES = Path(__file__).parent / "files"
DATABASES = ("sqlite", "postgres")
NAME = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*")
LONGEST = 40
"""Characters: the name of the PostgreSQL database, to which tests add theirs, has at most 63."""
OWN_FOLDERS = ("tests", "migrations", "app")
"""`app` is what the fixture of the tests is called, and other two are folders beside the package."""


def package_of(name: str) -> str:
    """The Python package of a project: `my-shop` has `my_shop`."""
    return name.replace("-", "_")


def refuse_project_name(name: str) -> None:
    """Refuses what cannot name a project and its package.

    Raises:
        CouldNotRun: It cannot; the message says why.
    """
    package = package_of(name)
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise CouldNotRun(
            f"{name!r} cannot name a project: use lowercase letters, digits and hyphens, at most {LONGEST}."
        )
    if keyword.iskeyword(package) or keyword.issoftkeyword(package):
        raise CouldNotRun(f"{name!r} is a Python keyword, so no package can have this name. Choose another.")
    if package in OWN_FOLDERS:
        raise CouldNotRun(f"{name!r} is the name of something else in every project. Choose another.")
    if package in sys.stdlib_module_names or is_installed(package):
        raise CouldNotRun(f"{name!r} is a Python module already, and the project would hide it. Choose another.")


def is_installed(package: str) -> bool:
    """Whether a module of this name is installed for this interpreter, whatever else can be imported from here."""
    return PathFinder.find_spec(package, [*site.getsitepackages(), site.getusersitepackages()]) is not None


def files_of(name: str, database: str) -> dict[str, bytes]:
    """Path -> contents of every file of a new project.

    Args:
        name: Of the project.
        database: One of DATABASES.
    """
    package = package_of(name)
    title = "".join(part.capitalize() for part in package.split("_"))
    values = {
        "name": name,
        "package": package,
        "title": title,
        "human": " ".join(part.capitalize() for part in package.split("_")),
        "database": database,
        "versions": versions(),
    }
    made = {}
    for template in sorted(path for path in FILES.rglob("*") if path.is_file()):
        source = template.relative_to(FILES).as_posix()
        text = render(FILES, source, values) if source.endswith(".jinja") else template.read_text(encoding="utf-8")
        made[target_of(source, package)] = text.encode()
    made[".env"] = made[".env.example"].partition(b"\n")[2]  # without the line that says to copy it
    return made


def target_of(source: str, package: str) -> str:
    """The path of a template's file in the project."""
    parts = source.removesuffix(".jinja").split("/")
    if parts[0] == "package":
        parts[0] = package
    return "/".join(f".{part.removeprefix('dot-')}" if part.startswith("dot-") else part for part in parts)


def versions() -> str:
    """The versions of beastmode that a project may use: this one and later ones until the next minor release."""
    major, minor = version("beastmode").split(".")[:2]
    return f">={major}.{minor},<{major}.{int(minor) + 1}"
