"""The development database, asked and downgraded by the project's own interpreter."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beastmode_tools.errors import CouldNotRun

__all__ = ["Created", "created_by", "downgrade"]

CHILD = Path(__file__).parent / "database_child.py"
SECONDS = 120
"""A downgrade of a development database takes seconds; a lock that nobody releases would take forever."""
TAIL = 3
"""Lines: the end of a traceback, with the error itself."""


@dataclass(frozen=True, slots=True)
class Created:
    """What a migration has created in the development database.

    Args:
        is_applied: Whether the database has the migration.
        database: Its address, without a password.
        rows: Table or table.column -> how many rows or values it has.
    """

    is_applied: bool
    database: str = ""
    rows: dict[str, int] = field(default_factory=dict)


def created_by(python: Path, folder: Path, migration: dict[str, Any]) -> Created:
    """What would go with a downgrade.

    Args:
        python: The project's interpreter.
        folder: The project's folder.
        migration: `revision`, `follows` and `stores` of a change.

    Raises:
        CouldNotRun: The project does not start, or its environment is production.
    """
    answer = ask(python, folder, {**migration, "downgrade": False})
    if "refused" in answer:
        raise CouldNotRun(f"{answer['refused']}, and only a development database is downgraded.")
    if not answer["applied"]:
        return Created(is_applied=False)
    return Created(is_applied=True, database=answer["database"], rows=answer["rows"])


def downgrade(python: Path, folder: Path, migration: dict[str, Any]) -> None:
    """Take the migration back in the development database; arguments and errors as for `created_by`."""
    ask(python, folder, {**migration, "downgrade": True})


def ask(python: Path, folder: Path, question: dict[str, Any]) -> dict[str, Any]:
    """The answer of the process."""
    with tempfile.TemporaryDirectory(prefix="beast-") as scratch:
        asked, answer = Path(scratch, "question"), Path(scratch, "answer")
        asked.write_text(json.dumps(question), encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603 - the interpreter is the project's own
                [str(python), str(CHILD), str(asked), str(answer)],
                cwd=folder,
                env={"ENVIRONMENT": "development", "LOG_LEVEL": "ERROR", **os.environ},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CouldNotRun(f"the development database did not answer within {SECONDS} s.") from None
        if done.returncode:
            told = " ".join(done.stderr.strip().splitlines()[-TAIL:])
            raise CouldNotRun(f"the project does not start, so its database cannot be downgraded: {told}")
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return found
