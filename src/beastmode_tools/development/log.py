"""Where the development server logs, so that the last error can be read when the terminal is gone."""

import os
import re
from pathlib import Path

__all__ = ["log_environment", "log_of"]

OWN = ".beast/dev.log"
NAMED = re.compile(r"^\s*(?:export\s+)?LOG_FILE\s*=\s*[\"']?([^\"'\n#]+)", re.MULTILINE)
IGNORE = b"# beast keeps here what it needs to undo its changes.\n*\n"


def log_of(folder: Path) -> Path:
    """The log of the development server: what LOG_FILE names, else a file of beast's own.

    Args:
        folder: The project's folder.
    """
    return folder / (named(folder) or OWN)


def log_environment(folder: Path) -> dict[str, str]:
    """The variable that makes the server log into `log_of(folder)`; empty if the project names a file itself.

    Args:
        folder: The project's folder.
    """
    if named(folder):
        return {}
    (folder / ".beast").mkdir(exist_ok=True)
    ignore = folder / ".beast" / ".gitignore"
    if not ignore.exists():
        ignore.write_bytes(IGNORE)
    return {"LOG_FILE": str(folder / OWN)}


def named(folder: Path) -> str:
    """LOG_FILE of this process, or of the project's `.env`."""
    if value := os.environ.get("LOG_FILE"):
        return value
    try:
        found = NAMED.search((folder / ".env").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return found[1].strip() if found else ""
