"""Takes secrets out of the answers of tools: they are sent to models, and kept."""

from pathlib import Path
from typing import Any

from beastmode_tools.source.files import is_example
from beastmode_tools.source.walk import is_readable

__all__ = ["without_secrets"]

MOST_BYTES = 100_000  # a `.env` is a screen long; what is longer is not one
SHORTEST = 6
"""Characters: masking every "dev" or "1234" in an answer would make it unreadable, and protects nothing."""
TELLING = ("SECRET", "PASSW", "TOKEN", "KEY", "CREDENTIAL", "DSN", "PRIVATE")


def without_secrets(answer: Any, root: Path) -> Any:
    """The answer with every secret masked: those of `.env`, and what looks like one.

    Args:
        answer: JSON.
        root: The project's folder.
    """
    # Loaded here, since it brings the guard with it, and a list of tools needs none.
    from beastmode_tools.guard.report.hidden_secrets import known_secrets, masked_data  # noqa: PLC0415 - as above

    lines = [line for path in settings_files(root) for line in lines_of(path)]
    masked = masked_data(answer, known_secrets(lines))
    for value in sorted({value_of(line) for line in lines if is_telling(line)}, key=len, reverse=True):
        if len(value) >= SHORTEST:
            masked = replaced(masked, value)
    return masked


def settings_files(root: Path) -> list[Path]:
    """The files of settings that hold secrets; those for people to copy hold examples."""
    found = [path for path in sorted(root.glob(".env*")) if not is_example(path.name)]
    return [path for path in found if is_readable(path, MOST_BYTES)]


def lines_of(path: Path) -> list[str]:
    """The lines of a file."""
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def is_telling(line: str) -> bool:
    """Whether the name of a setting says that its value is a secret."""
    name, found, _ = line.partition("=")
    return bool(found) and any(word in name.upper() for word in TELLING)


def value_of(line: str) -> str:
    """The value of a line of `.env`."""
    return line.partition("=")[2].strip().strip("\"'")


def replaced(answer: Any, value: str) -> Any:
    """The answer without a value, wherever it is repeated."""
    if isinstance(answer, str):
        return answer.replace(value, "***")
    if isinstance(answer, dict):
        return {replaced(name, value): replaced(each, value) for name, each in answer.items()}
    return [replaced(each, value) for each in answer] if isinstance(answer, list | tuple) else answer
