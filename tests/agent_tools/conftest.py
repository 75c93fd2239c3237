"""What the tests of tools start with."""

import pytest

from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.tools.registry import find_tool
from beastmode_tools.agent.tools.session import Session
from work_tree import WorkTree

APP = """
from flask import Flask

app = Flask(__name__)


@app.get("/orders")
def orders():
    return {"orders": []}
"""
TEST = """
from app import app


def test_orders():
    assert app.test_client().get("/orders").json == {"orders": []}


def test_that_fails():
    assert app.name == "shop"


def test_that_is_skipped():
    import pytest

    pytest.skip("not now")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A small project in a repository of its own; tests of one file share it."""
    folder = tmp_path_factory.mktemp("project").resolve()
    WorkTree(folder).commit(
        {"app.py": APP, "tests/test_app.py": TEST, "pytest.ini": "[pytest]\npythonpath = .\n", ".gitignore": ".env\n"}
    )
    (folder / ".env").write_text("API_TOKEN=canary-4711-value\nMODE=development\n")
    return folder


@pytest.fixture
def ask(project):
    """Asks a tool about the project."""

    def ask(name, /, *, hosts=(), **arguments):
        session = Session(Grants(root=project, run="test", hosts=frozenset(hosts)))
        return find_tool(name).run(session, arguments)

    return ask
