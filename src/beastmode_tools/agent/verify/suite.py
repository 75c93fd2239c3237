"""The project's tests, run by the harness in a clean process, and compared with what they were before."""

import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beastmode_tools.agent.verify.child import Finished, run_module

__all__ = ["SuiteRun", "compare_suites", "run_suite"]

SETTINGS = ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini")
NO_TESTS = 5
"""The exit status of pytest when it collected nothing."""
SHOWN = 5
"""Tests that a sentence names; the receipt has all of them."""


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """What the tests gave.

    Args:
        results: Test -> "passed", "failed", "error" or "skipped".
        problem: Why there is no complete result; "" if there is one.
        output: The end of what pytest wrote.
    """

    results: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    output: str = ""

    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {each: list(self.results.values()).count(each) for each in sorted(set(self.results.values()))}

    def as_json(self) -> dict[str, Any]:
        """For a journal."""
        return {"results": dict(self.results), "problem": self.problem}


def run_suite(python: Path, folder: Path, settings: Mapping[str, str], seconds: float) -> SuiteRun:
    """Runs every test of the project.

    Args:
        python: The project's interpreter.
        folder: The project's folder.
        settings: The files of SETTINGS as they were when the run began: pytest is told what they said then.
        seconds: After that it counts as failed.
    """
    with tempfile.TemporaryDirectory(prefix="beast-tests-") as place:
        report, pinned = Path(place, "report.xml"), Path(place, "settings")
        pinned.mkdir()
        for name, text in settings.items():
            (pinned / name).write_text(text, encoding="utf-8")
        chosen = next((name for name in SETTINGS if "pytest" in settings.get(name, "")), None)
        if chosen is None:
            (pinned / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        arguments = (
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-c",
            str(pinned / (chosen or "pytest.ini")),
            f"--rootdir={folder}",
            f"--junitxml={report}",
            "-o",
            "junit_family=xunit2",
        )
        done = run_module(python, folder, arguments, seconds)
        return read_report(report, done)


def read_report(report: Path, done: Finished) -> SuiteRun:
    """The results, if the report is complete; a process that ended early has none."""
    if done.ended == "timeout":
        return SuiteRun({}, "the tests did not end in time", done.output)
    if done.status == NO_TESTS:
        return SuiteRun({}, "", done.output)
    try:
        root = ET.parse(report).getroot()  # noqa: S314 - written by pytest a moment ago, and read without entities
    except (OSError, ET.ParseError):
        return SuiteRun({}, f"pytest ended with status {done.status} before it wrote its report", done.output)
    results: dict[str, str] = {}
    for case in root.iter("testcase"):
        state = next((name for child in case if (name := STATES.get(child.tag))), "passed")
        name = f"{case.get('classname')}::{case.get('name')}" if case.get("classname") else str(case.get("name"))
        results[name] = max(results.get(name, "passed"), state, key=ORDER.index)
    problem = "" if done.status in (0, 1) else f"pytest ended with status {done.status}"
    if done.status == 0 and set(results.values()) & {"failed", "error"}:
        problem = "pytest ended with status 0, and its report has failures"
    return SuiteRun(results, problem, done.output)


STATES = {"failure": "failed", "error": "error", "skipped": "skipped"}
ORDER = ("passed", "skipped", "failed", "error")


def compare_suites(before: SuiteRun, after: SuiteRun) -> tuple[str, ...]:
    """What keeps a run from being done, a sentence each; nothing if the tests are as good as they were or better.

    A test that was skipped may stay so; one that passed may not be skipped, fail, or be gone.
    """
    return tuple(problems(before, after))


def problems(before: SuiteRun, after: SuiteRun) -> Iterator[str]:
    """Each of them."""
    if after.problem:
        yield f"{after.problem[:1].upper()}{after.problem[1:]}."
        return
    gone = sorted(set(before.results) - set(after.results))
    if gone:
        yield f"{count(gone)} of the start {is_are(gone)} gone: {listed(gone)}."
    red = sorted(
        name
        for name, state in after.results.items()
        if state in ("failed", "error") and before.results.get(name, "passed") not in ("failed", "error")
    )
    if red:
        yield f"{count(red)} {'fails' if len(red) == 1 else 'fail'}: {listed(red)}."
    skipped = sorted(
        name
        for name, state in after.results.items()
        if state == "skipped" and before.results.get(name, "passed") != "skipped"
    )
    if skipped:
        yield f"{count(skipped)} {is_are(skipped)} skipped, which is not passed: {listed(skipped)}."


def count(names: list[str]) -> str:
    """How many tests, in words."""
    return f"{len(names)} test{'' if len(names) == 1 else 's'}"


def is_are(names: list[str]) -> str:
    """The verb for them."""
    return "is" if len(names) == 1 else "are"


def listed(names: list[str]) -> str:
    """The first few."""
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
