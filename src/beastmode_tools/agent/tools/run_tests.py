"""`test`: the project's tests, run apart, with their outcome as data."""

import os
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import TestArguments
from beastmode_tools.agent.tools.interpreter import project_python, run_apart
from beastmode_tools.errors import CouldNotRun

__all__ = ["answer"]

SECONDS = 540.0
"""A minute less than a call of the tool may take, so that the answer says that it was the tests that took so long."""
MOST_FAILURES = 20
"""Failures that are shown: they are mended one at a time, and many have one cause."""
MOST_MESSAGE = 3000
"""Characters of a failure: the assertion and the lines around it."""
ENDINGS = {"failure": "failed", "error": "error", "skipped": "skipped"}
OUTSIDE = ("DATABASE_URL", "ENVIRONMENT")


def answer(performer: Performer, arguments: TestArguments) -> dict[str, Any]:
    """How many passed, which did not, and why."""
    root = performer.grants.root
    strange = [each for each in arguments.ids if each.startswith(("-", "/", "~")) or ".." in each.partition("::")[0]]
    if strange:
        raise CouldNotRun(f"{strange[0]!r} is not a test of the project.")
    with tempfile.TemporaryDirectory(prefix="beast-tests-") as scratch:
        report, log = Path(scratch, "report.xml"), Path(scratch, "log")
        # `-rN`: the outcome is in the report, and the log is for what went wrong before it.
        options = ["-m", "pytest", "-q", "-rN", "-p", "no:cacheprovider", f"--junit-xml={report}"]
        environment = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
        command = [str(project_python(root)), "-B", *options, "--", *arguments.ids]
        status = run_apart(command, root, log, SECONDS, environment)
        if status is None:
            raise CouldNotRun(f"the tests did not end within {SECONDS:g} s. Name some of them by `ids`.")
        told = log.read_bytes()[-MOST_MESSAGE:].decode("utf-8", "replace")
        if not report.exists():
            raise CouldNotRun(f"pytest ended with status {status} and no report: {told.strip()}")
        return outcome(report, status)


def outcome(report: Path, status: int) -> dict[str, Any]:
    """What the report says; tests pass only if pytest says so too, and at least one ran."""
    cases = [(name_of(each), *ending(each)) for each in ET.parse(report).iter("testcase")]  # noqa: S314 - pytest's
    counts = {kind: sum(1 for _, how, _ in cases if how == kind) for kind in ("passed", "failed", "error", "skipped")}
    bad = [{"id": name, "how": how, "says": says} for name, how, says in cases if how in ("failed", "error")]
    return {
        "passes": status == 0 and counts["passed"] > 0,
        "status": status,
        **counts,
        "failures": bad[:MOST_FAILURES],
    }


def name_of(case: ET.Element) -> str:
    """The id of a test, as it can be asked for again."""
    *folders, last = case.get("classname", "").split(".")
    return f"{'/'.join([*folders, last])}.py::{case.get('name')}"


def ending(case: ET.Element) -> tuple[str, str]:
    """How a test ended, and what it said."""
    for each in case:
        if each.tag in ENDINGS:
            return ENDINGS[each.tag], (each.text or each.get("message") or "")[-MOST_MESSAGE:]
    return "passed", ""
