"""Asks pip-audit, where it is installed and its database can be reached, about the packages that a change asks for."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from beastmode_tools.guard.dependencies.compare.files import DependencyChanged
from beastmode_tools.guard.dependencies.compare.vulnerabilities import KnownVulnerability, compare_reports

__all__ = ["audit"]


def audit(
    changes: Iterable[DependencyChanged], *, executable: str | None = None, seconds: float = 20.0
) -> tuple[list[KnownVulnerability], tuple[str, ...]]:
    """Known vulnerabilities of the versions that are newly asked for, and what could not be looked up.

    Only packages that the change pins to one version are asked about, so that the cost follows the change. This is the
    only place of the guard that lets something use the network, and pip-audit alone does.

    Args:
        changes: The changes in dependencies.
        executable: pip-audit; found beside the interpreter or on the path where it is not given.
        seconds: After that it is ended.

    Returns:
        The vulnerabilities, and sentences for `not_proven`.
    """
    asked = {each.name: each for each in changes if each.new and each.how != "removed" and exact(each) is not None}
    if not asked:
        return [], ()
    command = executable or found_executable()
    # So many names fit on one line of a report.
    names = ", ".join(sorted(asked)[:5]) + (" and others" if len(asked) > 5 else "")
    if command is None:
        return [], (f"known vulnerabilities of {names}: pip-audit is not installed",)
    with tempfile.TemporaryDirectory(prefix="beast-audit-") as scratch:
        wanted = Path(scratch) / "requirements.txt"
        wanted.write_text("".join(f"{name}=={exact(each)}\n" for name, each in asked.items()), encoding="utf-8")
        report, problem = answer(command, wanted, seconds)
    if problem is not None:
        return [], (f"known vulnerabilities of {names}: {problem}",)
    places = {name: (each.path, each.line) for name, each in asked.items()}
    return list(compare_reports(None, report, places)), ()


def exact(change: DependencyChanged) -> str | None:
    """The one version that is asked for; None where several would do."""
    version = change.new.partition("==")[2].split(",")[0].split(" ")[0]
    return version if version and "*" not in version and " from " not in change.new else None


def found_executable() -> str | None:
    """pip-audit beside this interpreter, or on the path."""
    beside = Path(sys.executable).parent / "pip-audit"
    return str(beside) if beside.exists() else shutil.which("pip-audit")


def answer(command: str, wanted: Path, seconds: float) -> tuple[str, str | None]:
    """pip-audit's report, or why there is none."""
    options = ["-r", str(wanted), "--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(  # noqa: S603 - the tool of this environment, with a file of ours
            [command, *options], capture_output=True, text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return "", f"pip-audit did not answer within {seconds:g} s"
    except OSError as error:
        return "", f"pip-audit could not be started: {error.strerror}"
    if done.returncode not in {0, 1} or not done.stdout.lstrip().startswith(("{", "[")):
        last = done.stderr.strip().splitlines()[-1:] or ["no report"]
        return "", f"pip-audit could not reach its database: {last[0][:120]}"
    return done.stdout, None
