"""Runs one side's own tests on a scratch database whose schema came from migrations, not from the models."""

from __future__ import annotations

import sys
from typing import Any

from ..confine import confinement, migrating
from ..messages.replay import Outcome, OwnTests, SqlError
from ..start import settings
from .database import restorable
from .statements import first_line, listen

__all__ = ["answer"]

MOST = 5000
"""Results; the answer grows with each, and the first ones tell whether the old tests pass."""
COMMANDS = ("upgrade", "downgrade", "stamp")


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What became of each test.

    Args:
        request: "database_url": an empty database at some head; "tests": files and folders, all that pytest finds
            where it is empty.
    """
    import pytest
    from sqlalchemy import create_engine

    settings.prepare(request)
    migrating.ended()
    heard = listen()
    engine = create_engine(request["database_url"])
    database = restorable(request["database_url"], engine)
    neutralise(heard, database)
    plugin = Results(heard)
    arguments = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--no-header",
        "-x" if request.get("first") else "-q",
    ]
    pytest.main([*arguments, *request.get("tests", ())], plugins=[plugin])
    return dict(vars(OwnTests(tuple(plugin.found), tuple(confinement.current().attempts))))


class Results:
    """Hears what pytest says of each test.

    Attributes:
        found: One for each test that ran.
    """

    def __init__(self, heard: Any) -> None:
        self.heard = heard
        self.found: list[Outcome] = []

    def pytest_runtest_setup(self) -> None:
        """Forgets the statements of the test before."""
        self.heard.clear()

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keeps the outcome, and the database's error if there was one."""
        is_result = report.when == "call" or report.outcome != "passed"
        if not is_result or len(self.found) >= MOST:
            return
        error = self.heard.errors[-1] if report.failed and self.heard.errors else SqlError("", "")
        words = error.error or (last_line(report) if report.failed else "")
        self.found.append(Outcome(report.nodeid, report.outcome, words, error.sql))


def last_line(report: Any) -> str:
    """The error of a failed test."""
    crash = getattr(getattr(report, "longrepr", None), "reprcrash", None)
    text = crash.message if crash is not None else str(getattr(report, "longrepr", "failed"))
    return first_line(text)


def neutralise(heard: Any, database: Any) -> None:
    """Makes whatever would build or remove the tables empty them instead: the schema is what is under test."""
    from sqlalchemy import MetaData

    def emptied(*_: Any, **__: Any) -> None:
        heard.close_pools()
        try:
            database.restore()
        except Exception as error:
            sys.stderr.write("restore: {!r}\n".format(error))

    MetaData.create_all = emptied
    MetaData.drop_all = emptied
    for name in ("alembic.command", "flask_migrate"):
        try:
            module = __import__(name, fromlist=["upgrade"])
        except ImportError:
            continue
        for command in COMMANDS:
            if hasattr(module, command):
                setattr(module, command, emptied)
