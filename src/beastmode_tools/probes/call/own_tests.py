"""Runs one side's own tests, and takes down which changed functions each of them runs and what those give."""

from __future__ import annotations

import importlib.util
import time
from typing import Any, Iterator

from ..confine import confinement, migrating
from ..messages.tested import TestsRun, Tried
from .limit import TooLong, within
from .old_tests import last_line
from .returned import Returned
from .statements import WRITES, listen

__all__ = ["answer"]

MOST = 400
"""Tests that are told of; changed functions that more of them run are run by all kinds of tests."""


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What became of the tests that run changed functions.

    Args:
        request: "watch": the changed functions; "words": names of them and their modules, whose tests are run first;
            "tests": files, all that pytest finds where it is empty; "only": the names of the tests to run, and the
            files of which all are run; "each": seconds that a test may take; "budget": seconds for all of them.
    """
    import pytest

    migrating.ended()
    plugin = Own(request, heard())
    # What a project adds to every run, as parallel processes or the measuring of coverage, would hide what runs here.
    apart = ["-n", "0"] if importlib.util.find_spec("xdist") else []
    quiet = ["-q", "-p", "no:cacheprovider", "--no-header", "--continue-on-collection-errors", *apart]
    quiet += ["--rootdir", request["folder"]]  # names of tests begin there, as the paths of changed files do
    mark_hooks(pytest)
    pytest.main([*quiet, *request.get("tests", ())], plugins=[plugin])
    parts = {each["key"]: len(each["parts"]) for each in request.get("watch") or ()}
    attempts = tuple(confinement.current().attempts)
    return dict(vars(TestsRun(tuple(plugin.found), parts, plugin.left_out, tuple(plugin.not_read), attempts)))


def heard() -> Any:
    """What reaches a driver; None where the project has no SQLAlchemy."""
    try:
        return listen()
    except ImportError:
        return None


def mark_hooks(pytest: Any) -> None:
    """Says how two hooks are called; pytest's decorators cannot stand on them, since a project may lack pytest."""
    Own.pytest_runtest_protocol = pytest.hookimpl(hookwrapper=True)(Own.pytest_runtest_protocol)
    Own.pytest_collection_modifyitems = pytest.hookimpl(trylast=True)(Own.pytest_collection_modifyitems)


class Own:
    """Chooses the tests, watches each, and keeps those that run something that changed.

    Attributes:
        found: One for each of them.
        left_out: How many no time was left for.
        not_read: Files that could not be imported, each with its error.
    """

    def __init__(self, request: dict[str, Any], heard: Any) -> None:
        self.heard = heard
        self.words = [str(each) for each in request.get("words", ())]
        self.only = set(request.get("only", ()))
        self.each = float(request.get("each", 10))
        self.ends = time.perf_counter() + float(request.get("budget", 30))
        self.watched = Returned(request.get("watch") or [])
        self.result = ("passed", "")
        self.found: list[Tried] = []
        self.left_out = 0
        self.not_read: list[str] = []

    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        """Those that were asked for, the likely ones first."""
        if self.only:
            unwanted = [each for each in items if not {each.nodeid, each.nodeid.partition("::")[0]} & self.only]
            config.hook.pytest_deselected(items=unwanted)
            items[:] = [each for each in items if each not in unwanted]
        scores: dict[str, int] = {}
        for each in items:
            path = str(each.fspath)
            if path not in scores:
                scores[path] = self.score(path)
        items.sort(key=lambda each: -scores[str(each.fspath)])

    def pytest_collectreport(self, report: Any) -> None:
        """Keeps why a file of tests could not be imported."""
        if report.outcome == "failed":
            lines = [each[1:].strip() for each in str(report.longrepr).splitlines() if each.startswith("E ")]
            self.not_read.append("{}: {}".format(report.nodeid or "conftest.py", lines[-1] if lines else "failed"))

    def score(self, path: str) -> int:
        """How many of the words a file of tests holds."""
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            return 0
        return sum(each in text for each in self.words)

    def pytest_runtest_protocol(self, item: Any) -> Iterator[None]:
        """Watches one test with what prepares it, within its time."""
        self.result = ("passed", "")
        if time.perf_counter() > self.ends:
            self.left_out += 1
            item.session.shouldstop = "no time was left"
            yield
            return
        if self.heard is not None:
            self.heard.clear()
        try:
            with within(self.each), self.watched:
                yield
        except TooLong:
            self.result = ("error", "no answer in time")
        self.keep(item.nodeid)

    def keep(self, name: str) -> None:
        """Takes down one test, if it ran something that changed or was asked for."""
        is_wanted = self.watched.ran or name in self.only or name.partition("::")[0] in self.only
        if not is_wanted or len(self.found) >= MOST:
            return
        ran = {key: tuple(sorted(parts)) for key, parts in self.watched.ran.items()}
        counts = self.heard.counts if self.heard is not None else {}
        wrote = {sql: count for sql, count in counts.items() if WRITES.search(sql)}
        self.found.append(Tried(name, *self.result, ran, tuple(self.watched.calls), wrote))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keeps how a test ended."""
        if report.outcome == "failed":
            self.result = ("failed" if report.when == "call" else "error", last_line(report))
        elif report.outcome == "skipped":
            self.result = ("skipped", "")
