"""Lines of a project that may hold a secret: whatever is said of the project must not repeat it."""

import re
from collections.abc import Iterator
from pathlib import Path

from beastmode_tools.source.files import is_test
from beastmode_tools.source.walk import files_below, is_readable

__all__ = ["lines_of", "secret_lines"]

READ = (".py", ".env", ".ini", ".cfg", ".toml", ".yaml", ".yml", ".json", ".conf", ".sh", ".properties")
MOST_BYTES = 500_000  # settings are short; what is longer is data
HINT = re.compile(r"secret|passw|token|key|credential|://|PASSWORD|IDENTIFIED|AKIA|_live_|eyJ", re.IGNORECASE)


def secret_lines(folder: Path) -> Iterator[str]:
    """Each such line of the files in which settings, code and migrations stand; of tests none, they make theirs up.

    Args:
        folder: The project's, in a private copy.
    """
    for name, path in files_below(folder):
        if (name.endswith(READ) or path.name.startswith(".env")) and not is_test(name):
            yield from lines_of(path)


def lines_of(path: Path) -> Iterator[str]:
    """The lines of one file that are worth a look."""
    if not is_readable(path, MOST_BYTES):
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if HINT.search(line):
            yield line
