"""Asks the development database, which its engine holds to reading."""

from pathlib import Path
from typing import Any

from beastmode_tools.agent.tools.arguments import MOST_ROWS
from beastmode_tools.agent.tools.interpreter import ask_interpreter

__all__ = ["read_rows", "revisions"]

SECONDS = 5.0
"""A query that a person waits for answers within a second; one that reads a whole large table should be another."""
START = 30.0
"""More seconds, for the application to start."""


def read_rows(root: Path, sql: str) -> dict[str, Any]:
    """The columns and rows of one statement, and whether these are all rows.

    Args:
        root: The project's folder.
        sql: One statement that reads.

    Raises:
        CouldNotRun: The database refused it, or the project does not start.
    """
    question = {"sql": sql, "rows": MOST_ROWS, "seconds": SECONDS}
    return ask_interpreter("database_child.py", root, question, seconds=SECONDS + START)


def revisions(root: Path) -> dict[str, Any]:
    """The newest revisions that the database has, and those that are not applied.

    Args:
        root: The project's folder.

    Raises:
        CouldNotRun: There is no database, or the project does not start.
    """
    return ask_interpreter("database_child.py", root, {}, seconds=START)
