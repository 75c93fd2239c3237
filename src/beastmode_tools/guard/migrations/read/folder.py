"""The versions folder as a graph, without importing anything: 1,000 files in a fraction of a second."""

import ast
import configparser
import os
import re
import tomllib
from pathlib import Path
from typing import Any

from beastmode_tools.guard.migrations.compare.history import History, HistoryProblem, Revision
from beastmode_tools.source.values import value_of

__all__ = ["read_history", "version_folders"]

IDENTIFIER = re.compile(r"^(revision|down_revision|branch_labels|depends_on)\b[^=\n]*=(?!=)[ \t]*(.*)$", re.MULTILINE)
SIMPLE = re.compile(r"""(?:(["'])([^"'\\{}\n]*)\1|(None))\s*(?:\#.*)?$""")
# What Alembic itself looks at in a versions folder.
SCRIPT = re.compile(r"(?!\.\#|__init__)(.*\.py)$")


def read_history(folder: Path, migrations: str) -> History:
    """The graph of all revisions of one side.

    Args:
        folder: The project's folder.
        migrations: The Alembic folder relative to it (the one with `env.py`).
    """
    revisions: dict[str, Revision] = {}
    duplicates: list[Revision] = []
    problems: list[HistoryProblem] = []
    for path in script_paths(folder, migrations):
        found = read_revision(path, path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name)
        if isinstance(found, HistoryProblem):
            problems.append(found)
        elif found.id in revisions:
            duplicates.append(found)
        else:
            revisions[found.id] = found
    return History(revisions, tuple(duplicates), tuple(problems))


def script_paths(folder: Path, migrations: str) -> list[Path]:
    """Every file that Alembic would load, in the order of their names."""
    locations, recursive = version_folders(folder, migrations)
    found: dict[Path, None] = {}
    for location in locations:
        if not location.is_dir():
            continue
        for directory, children, names in os.walk(location):
            children[:] = sorted(name for name in children if name != "__pycache__") if recursive else []
            for name in sorted(names):
                if SCRIPT.match(name):
                    found[Path(directory) / name] = None
    return list(found)


def version_folders(folder: Path, migrations: str) -> tuple[list[Path], bool]:
    """Where revisions lie, and whether Alembic looks into folders there: alembic.ini and pyproject.toml may say so."""
    home = folder / migrations
    for ini in (home / "alembic.ini", folder / "alembic.ini"):
        settings = read_ini(ini)
        if settings.get("version_locations"):
            return locations_of(settings, ini.parent, folder, home), is_true(
                settings.get("recursive_version_locations")
            )
    settings = read_pyproject(folder / "pyproject.toml")
    if settings.get("version_locations"):
        return locations_of(settings, folder, folder, home), is_true(settings.get("recursive_version_locations"))
    is_flat = not (home / "versions").is_dir() and not (home / "env.py").is_file()
    return [home if is_flat else home / "versions"], is_true(settings.get("recursive_version_locations"))


def locations_of(settings: dict[str, Any], here: Path, folder: Path, home: Path) -> list[Path]:
    """The folders that `version_locations` names; one that leaves the project is left out."""
    value = settings["version_locations"]
    parts = value if isinstance(value, list) else split_locations(value, settings)
    found = []
    for part in parts:
        text = str(part).replace("%(here)s", str(here)).replace("%%", "%")
        path = Path(os.path.normpath(folder / text))
        if not path.is_dir() and (home / text).is_dir():
            path = home / text
        if path.is_relative_to(folder) and path not in found:
            found.append(path)
    return found or [home / "versions"]


def split_locations(value: str, settings: dict[str, Any]) -> list[str]:
    """The parts of `version_locations` as its separator setting says; Alembic's old default is spaces and commas."""
    name = str(settings.get("path_separator") or settings.get("version_path_separator") or "")
    separators = {"os": os.pathsep, "space": None, "newline": "\n", ";": ";", ":": ":"}
    if name in separators:
        return [part.strip() for part in value.split(separators[name]) if part.strip()]
    return [part for part in re.split(r",|\s+", value) if part]


def read_ini(path: Path) -> dict[str, str]:
    """`[alembic]` of an ini file, as it is written; {} where there is none or it is no ini file."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, configparser.Error):
        return {}
    return dict(parser["alembic"]) if parser.has_section("alembic") else {}


def read_pyproject(path: Path) -> dict[str, Any]:
    """`[tool.alembic]`; {} where there is none."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("alembic", {})
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_true(value: object) -> bool:
    """A truth value of an ini file."""
    return str(value).strip().lower() in {"1", "true", "yes", "on"}


def read_revision(path: Path, name: str) -> Revision | HistoryProblem:
    """One file: the revision in it, or what is wrong with it."""
    try:
        source = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return HistoryProblem(name, f"it cannot be read ({error.strerror})")
    found = quick_identifiers(source)
    if found is None:
        try:
            found = parsed_identifiers(ast.parse(source))
        except (SyntaxError, ValueError, RecursionError) as error:
            what = f"it is no Python that can be parsed ({type(error).__name__})"
            return HistoryProblem(name, what, stops_alembic=True)
    revision = found.get("revision")
    if not isinstance(revision, str) or not revision:
        return HistoryProblem(name, "its revision id is missing, or not written as a plain text")
    lists = {key: as_names(found.get(key)) for key in ("down_revision", "branch_labels", "depends_on")}
    if lists["down_revision"] is None:
        return HistoryProblem(name, f"the parent of {revision} is not written as a plain text")
    return Revision(
        revision, lists["down_revision"], name, source, lists["branch_labels"] or (), lists["depends_on"] or ()
    )


def quick_identifiers(source: str) -> dict[str, Any] | None:
    """The identifiers where all of them are plain one-line texts, which nearly all are; None: look closer."""
    found: dict[str, Any] = {}
    for match in IDENTIFIER.finditer(source):
        name, text = match.groups()
        simple = SIMPLE.match(text)
        # A name that is given twice needs the order of the statements.
        if simple is None or name in found:
            return None
        found[name] = None if simple[3] else simple[2]
    # Identifiers could stand inside of a longer text; a revision without its parent is worth a second look.
    return found if "revision" in found and "down_revision" in found else None


def parsed_identifiers(tree: ast.Module) -> dict[str, Any]:
    """The identifiers by a full parse; what is computed becomes Ellipsis, which no caller takes for a name."""
    found: dict[str, Any] = {}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and value is not None:
                found[target.id] = value_of(value, found)
    return found


def as_names(value: Any) -> tuple[str, ...] | None:
    """One name, several, or none, as a tuple; None where they are not known."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, tuple | list | set) and all(isinstance(item, str) for item in value):
        return tuple(sorted(value) if isinstance(value, set) else value)
    return None
