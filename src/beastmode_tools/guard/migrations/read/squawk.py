"""squawk, a linter for PostgreSQL, where it is installed: its warnings about statements."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from beastmode_tools.guard.migrations.compare.squawk import SquawkWarning, Statement

__all__ = ["find_squawk", "read_squawk"]

SECONDS = 20.0
"""It answers in a moment; the rest is for a machine that does much else."""
MOST = 500
"""Each is a file of its own; a change with more statements than that is a dump."""


def find_squawk() -> Path | None:
    """The binary beside the interpreter that runs the tools, or on the path; None where it is not installed."""
    beside = Path(sys.executable).parent / "squawk"
    if beside.is_file():
        return beside
    found = shutil.which("squawk")
    return Path(found) if found else None


def read_squawk(
    statements: Sequence[Statement], *, postgres: int = 15, binary: Path | None = None, seconds: float = SECONDS
) -> list[SquawkWarning] | None:
    """All warnings, in the order of the statements; None where squawk is missing or gave no answer.

    Args:
        statements: SQL for PostgreSQL; each is looked at for itself.
        postgres: Major version in production.
        binary: Where squawk is; None to look for it.
        seconds: After that it is ended.
    """
    program = binary or find_squawk()
    if program is None:
        return None
    if not statements:
        return []
    inside = [each for each in statements[:MOST] if not each.place.in_autocommit]
    outside = [each for each in statements[:MOST] if each.place.in_autocommit]
    found: list[SquawkWarning] = []
    for group, options in ((inside, ["--assume-in-transaction"]), (outside, [])):
        warnings = run(program, group, [f"--pg-version={postgres}.0", *options], seconds)
        if warnings is None:
            return None
        found += warnings
    return found


def run(
    program: Path, statements: Sequence[Statement], options: Sequence[str], seconds: float
) -> list[SquawkWarning] | None:
    """Warnings about statements, one file each, in a folder whose settings nobody wrote."""
    if not statements:
        return []
    with tempfile.TemporaryDirectory(prefix="beast-squawk-") as folder:
        names = [f"{index:04}.sql" for index in range(len(statements))]
        for name, statement in zip(names, statements, strict=True):
            (Path(folder) / name).write_text(statement.sql.rstrip().rstrip(";") + ";\n", encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603 - the program was found beside us, or is the caller's
                [str(program), "--reporter", "json", *options, *names],
                cwd=folder,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
            answer = json.loads(done.stdout or b"[]")
        except (OSError, subprocess.TimeoutExpired, ValueError):
            return None
    if not isinstance(answer, list):
        return None
    return [as_warning(each, statements) for each in answer if isinstance(each, dict) and each.get("rule_name")]


def as_warning(answer: dict[str, object], statements: Sequence[Statement]) -> SquawkWarning:
    """One entry of squawk's JSON."""
    index = int(Path(str(answer.get("file"))).stem)
    return SquawkWarning(
        rule=str(answer["rule_name"]),
        message=str(answer.get("message") or ""),
        help=str(answer.get("help") or ""),
        statement=statements[index],
    )
