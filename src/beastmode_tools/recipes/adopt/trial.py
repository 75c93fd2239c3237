"""Whether a project still works: its application starts, and its tests pass."""

import os
import subprocess
from dataclasses import dataclass

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.project import Project

__all__ = ["Trial", "try_out"]

SECONDS = 900
"""A quarter of an hour: whoever has longer tests runs them in CI, and calls this with --no-tests."""
LAST_LINES = 5
"""As much as a terminal shows in a glance; whoever wants more runs the tests."""
NO_TESTS = 5
"""The exit status of pytest when it has collected none."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How a project fared.

    Args:
        problem: Why it does not work; "" if it does.
        tests: What its tests said in their last line; "" if there are none.
    """

    problem: str = ""
    tests: str = ""


def try_out(project: Project, app: str | None, *, with_tests: bool) -> Trial:
    """Start the application, and run the project's tests.

    Args:
        project: Its own interpreter is used.
        app: As `flask --app` takes it; None if it cannot be started without arguments.
        with_tests: Run the tests too.
    """
    if app is not None:
        started = run(project, "flask", "--app", app, "routes", environment="development")
        if started.returncode:
            return Trial(f"the application does not start: {last_lines(started)}")
    if not with_tests or not has_tests(project):
        return Trial()
    tested = run(project, "pytest", "-q", "-x")
    if "No module named pytest" in tested.stderr or tested.returncode == NO_TESTS:
        return Trial()
    if tested.returncode:
        return Trial(f"the tests fail: {summary(tested)}")
    return Trial(tests=tested.stdout.strip().splitlines()[-1].strip("= "))


def has_tests(project: Project) -> bool:
    """Whether there are files that pytest collects."""
    return any(any((project.folder / place).rglob("test_*.py")) for place in ("tests", "test")) or any(
        project.folder.glob("test_*.py")
    )


def run(project: Project, module: str, *arguments: str, environment: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a module with the project's interpreter, in its folder.

    Raises:
        CouldNotRun: It takes too long.
    """
    variables = os.environ | ({"ENVIRONMENT": environment} if environment else {})
    try:
        return subprocess.run(  # noqa: S603 - the project's own interpreter, as its owner would run it
            [str(project.python), "-m", module, *arguments],
            cwd=project.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CouldNotRun(f"{module} did not end within {SECONDS // 60} minutes. Try --no-tests.") from None


def summary(tested: subprocess.CompletedProcess[str]) -> str:
    """The beginning of pytest's summary, which names what failed; where `CI` is set, pytest cuts none of its lines."""
    _, heading, after = tested.stdout.rpartition("short test summary info")
    lines = [line.strip(" =!") for line in after.splitlines()[1:]]
    return " | ".join(lines[:LAST_LINES]) if heading else last_lines(tested)


def last_lines(done: subprocess.CompletedProcess[str]) -> str:
    """The end of what it printed, on one line."""
    lines = [line.strip() for line in (done.stdout + done.stderr).strip().splitlines() if line.strip()]
    return " | ".join(lines[-LAST_LINES:]) or f"exit status {done.returncode}"
