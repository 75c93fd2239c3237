"""Files that git ignores and an application may need to start: settings, keys, generated modules, its instance folder.

A server has them, a clone has not. They are copied from the work tree into both sides, differ on neither, and what they
hold is never shown.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.git import Git
from beastmode_tools.source.walk import SKIPPED, files_below

__all__ = ["TakenAlong", "take_along", "values_of"]

ENDINGS = (
    *(".py", ".cfg", ".ini", ".toml", ".json", ".yaml", ".yml", ".conf", ".env", ".properties"),
    *(".pem", ".key", ".crt", ".cert", ".pub", ".jwk"),
)
NAMES = re.compile(r"\.env(\..+)?|\.flaskenv|VERSION|REVISION|version\.txt|revision\.txt")
CACHES = SKIPPED | {"build", "dist", "htmlcov", "bower_components", "coverage", "logs", "tmp", "target", "downloads"}
MOST_BYTES = 1_000_000
"""Settings and keys are shorter by far; what is longer is data, and an application starts without it."""
MOST_FILES = 300
"""Generated clients are dozens of files; a folder of thousands is what users have uploaded."""
SHORTEST = 8
"""Letters of a value that is masked wherever it is repeated: shorter ones are words that a report needs."""
ASSIGNED = re.compile(r"^\s*(?:export\s+)?[\"']?[\w.-]+[\"']?\s*[:=]\s*[\"']?([^\s\"'#,]+)", re.MULTILINE)
ORDINARY = re.compile(r"[a-z_./:-]+|[\d.]+")
"""A value that is a word, a path, an address without a password or a number: no secret by itself."""


@dataclass(frozen=True, slots=True)
class TakenAlong:
    """What was copied.

    Args:
        paths: The files, relative to the repository's root, sorted.
    """

    paths: tuple[str, ...] = ()


def take_along(git: Git, root: Path, sides: Sequence[Path]) -> TakenAlong:
    """Copies what git ignores and an application may need into each side, where the side has no such file itself.

    Args:
        git: Of the work tree.
        root: The work tree.
        sides: The private copies of both sides.
    """
    listed = git.ask_or_none("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z") or ""
    entries = [name for name in listed.split("\0") if name and not is_of_cache(root, name)]
    paths = sorted(path for name in entries for path in needed(root, name))[:MOST_FILES]
    for side in sides:
        for folder in (name for name in entries if name.endswith("/")):
            if not (side / folder).exists():
                (side / folder).mkdir(parents=True)
        for path in paths:
            if not (side / path).exists():
                (side / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / path, side / path)
    return TakenAlong(tuple(paths))


def is_of_cache(root: Path, name: str) -> bool:
    """Whether a path that git ignores is made by tools, or holds the packages of others."""
    parts = name.rstrip("/").split("/")
    hidden = [part for part in parts if part.startswith(".") and not NAMES.fullmatch(part)]
    return bool(hidden) or any(is_cache(part) for part in parts) or (root / name / "pyvenv.cfg").is_file()


def is_cache(part: str) -> bool:
    """Whether a folder has a name by which tools keep what they make again."""
    return part in CACHES or part.endswith((".egg-info", ".dist-info"))


def needed(root: Path, name: str) -> Iterator[str]:
    """The files of one entry that an application may need."""
    if not name.endswith("/"):
        found = [name]
    else:
        found = [f"{name}{path}" for path, _ in files_below(root / name) if not is_of_cache(root, f"{name}{path}")]
    for path in found:
        file = root / path
        is_kind = path.endswith(ENDINGS) or NAMES.fullmatch(file.name)
        if is_kind and file.is_file() and not file.is_symlink() and file.stat().st_size <= MOST_BYTES:
            yield path


def values_of(taken: TakenAlong, folder: Path) -> Iterator[str]:
    """What must not be repeated of these files: the values in them that may be secret.

    Args:
        taken: What was copied.
        folder: The copy's root.
    """
    for path in taken.paths:
        try:
            text = (folder / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        for value in ASSIGNED.findall(text):
            if len(value) >= SHORTEST and not ORDINARY.fullmatch(value):
                yield value
