"""The kind of database that a project's settings name, read from its files."""

import re
from pathlib import Path

from beastmode_tools.source.walk import files_below, is_readable

__all__ = ["named_database"]

FILES = re.compile(
    r"(^|/)(\.env[^/]*|[^/]*\.(cfg|ini|toml|ya?ml)|app\.json|Pipfile|Procfile|[^/]*requirements[^/]*(/\w+)?\.(txt|in)"
    r"|(config|settings|default)\w*(/\w+)?\.py)$"
)
"""Where settings stand, and the drivers that are installed for them."""
POSTGRESQL = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://|^\s*[\"']?psycopg|^\s*image:\s*[\"']?postg", re.IGNORECASE | re.MULTILINE
)
DEEPEST = 3
"""Folders: settings of the project itself; what lies deeper belongs to an example or to a part of it."""


def named_database(folder: Path) -> str | None:
    """PostgreSQL, as "postgresql", where the settings or the dependencies of a project name it; None where they do not.

    Args:
        folder: The project's, in a private copy.
    """
    files = (path for name, path in files_below(folder) if name.count("/") <= DEEPEST and FILES.search(name))
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in files if is_readable(path))
    return "postgresql" if any(map(POSTGRESQL.search, texts)) else None
