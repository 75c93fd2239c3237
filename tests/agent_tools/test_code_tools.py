"""The tools that look at code: read, search, docs, errors, overview, test."""

import pytest

from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.tools.registry import find_tool
from beastmode_tools.agent.tools.session import Session
from beastmode_tools.errors import CouldNotRun
from work_tree import WorkTree

APP = """from flask import Flask

app = Flask(__name__)


@app.get("/orders")
def orders():
    return []
"""

LOG = """2026-11-30T22:33:05.000Z ERROR shop request_id=a1 the first one
2026-11-30T22:33:06.291Z ERROR shop request_id=c9 Exception on /boom [GET]
    Traceback (most recent call last):
      File "app.py", line 7, in boom
    ZeroDivisionError: division by zero
2026-11-30T22:33:07.000Z INFO shop served
"""
BARE = """starting
Traceback (most recent call last):
  File "app.py", line 1, in <module>
    import gone
ModuleNotFoundError: No module named 'gone'
ready
"""


def test_lines_of_a_file_are_read_from_where_one_asks(ask):
    """With the number of lines, so that a model knows whether to ask on."""
    assert ask("read", path="app.py", start=7, lines=2) == {
        "path": "app.py",
        "start": 7,
        "lines": 9,
        "text": '@app.get("/orders")\ndef orders():',
        "is_complete": False,
    }


def test_a_file_that_does_not_exist_is_told_by_its_name(ask):
    """No traceback."""
    with pytest.raises(CouldNotRun, match=r"gone\.py"):
        ask("read", path="gone.py")


def test_a_search_finds_lines_by_text_and_by_pattern(ask):
    """Only in the files that were asked for."""
    assert ask("search", text="orders():", path="*.py") == {
        "matches": [
            {"path": "app.py", "line": 8, "text": "def orders():"},
            {"path": "tests/test_app.py", "line": 5, "text": "def test_orders():"},
        ],
        "is_complete": True,
    }
    assert ask("search", text=r"^def \w+", is_pattern=True, most=1)["is_complete"] is False


def test_a_pattern_that_may_never_end_is_refused(ask):
    """It would hold the process until it is killed."""
    with pytest.raises(CouldNotRun, match="repeats a group that repeats something"):
        ask("search", text="(a+)+$", is_pattern=True)


def test_docs_are_those_of_the_installed_version(ask):
    """Followed through the imports of a front page, without importing anything."""
    told = ask("docs", name="click.echo")

    assert (told["module"], told["kind"]) == ("click.utils", "function")
    assert told["package"].startswith("click ")
    assert told["signature"].startswith("def echo(message: ")
    assert told["doc"].startswith("Print a message and newline to stdout")


def test_docs_find_a_package_by_the_name_it_is_installed_by(ask):
    """PyYAML is imported as yaml."""
    assert ask("docs", name="PyYAML")["module"] == "yaml"
    assert "sleep" not in str(ask("docs", name="click", text="progress bar")["found"])
    assert ask("docs", name="click", text="progress bar")["found"]


def test_docs_of_what_is_not_installed_name_what_is_like_it(ask):
    """A slip is corrected by it."""
    with pytest.raises(CouldNotRun, match=r"'clikc\.echo' is not installed here, or has no source\. Packages: .*click"):
        ask("docs", name="clikc.echo")


def test_the_last_error_is_read_whole_from_the_log(ask, project):
    """Of the log of `beast dev`; what came after it is no part of it."""
    log = project / ".beast" / "dev.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(LOG)

    told = ask("errors", lines=1)

    assert told["error"]["text"].splitlines()[0].endswith("Exception on /boom [GET]")
    assert told["error"]["text"].splitlines()[-1].strip() == "ZeroDivisionError: division by zero"
    assert told["lines"] == ["2026-11-30T22:33:07.000Z INFO shop served"]

    log.write_text(BARE)
    assert ask("errors")["error"]["text"].endswith("ModuleNotFoundError: No module named 'gone'")

    log.write_text('{"level": "error", "event": "failed"}\n{"level": "info", "event": "served"}\n')
    assert ask("errors")["error"] == {"level": "error", "event": "failed"}


def test_the_outcome_of_tests_is_data(ask):
    """With the ids of those that did not pass, and what they said."""
    told = ask("test")

    assert [told[name] for name in ("passes", "passed", "failed", "skipped", "error")] == [False, 1, 1, 1, 0]
    assert [each["id"] for each in told["failures"]] == ["tests/test_app.py::test_that_fails"]
    assert "assert 'app' == 'shop'" in told["failures"][0]["says"]


def test_tests_are_chosen_by_id_and_options_are_not(ask):
    """A model cannot leave tests out by an option of pytest."""
    assert ask("test", ids=["tests/test_app.py::test_orders"])["passes"] is True
    with pytest.raises(CouldNotRun, match="is not a test of the project"):
        ask("test", ids=["--ignore=tests"])


def test_an_overview_shows_routes_with_their_places(ask):
    """From one start of the application in a scratch environment."""
    told = ask("overview", include=["routes", "settings"])

    assert told["routes"] == [{"path": "/orders", "methods": ["GET"], "endpoint": "orders", "place": "app.py:8"}]
    assert "DEBUG" in told["settings"]
    assert "3." in told["core"]["flask"]


@pytest.mark.parametrize("has_git", [False, True], ids=["no-git", "no-commit"])
def test_an_overview_needs_no_commit(tmp_path, has_git):
    """The first question of whoever begins a project."""
    (tmp_path / "app.py").write_text(APP)
    if has_git:
        WorkTree(tmp_path)

    seen = find_tool("overview").run(Session(Grants(root=tmp_path.resolve(), run="test")), {"include": ["routes"]})

    assert "/orders" in [each["path"] for each in seen["routes"]]
