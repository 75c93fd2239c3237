"""`beast adopt`: beastmode for projects that exist, as their owners type it."""

import json
import sys
import textwrap
from pathlib import Path

import pytest

from beast_command import run_beast
from work_tree import WorkTree

ROOT = Path(__file__).parents[2]
FACTORY = """
from flask import Flask


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping(SECRET_KEY="dev")
    app.config.update(config or {})

    @app.get("/")
    def home():
        return {"ok": True}

    return app
"""
TESTS = """
import pytest

from shop import create_app


@pytest.fixture
def client():
    return create_app({"TESTING": True}).test_client()


def test_home(client):
    assert client.get("/").json == {"ok": True}
"""


@pytest.fixture
def project(tmp_path):
    """Makes a repository of these files; the requirements are Flask's."""

    def make(files):
        tree = WorkTree(tmp_path / "project")
        texts = {"requirements.txt": "flask>=3\n", "pytest.ini": "[pytest]\npythonpath = .\n"} | files
        tree.commit({path: textwrap.dedent(text).lstrip() for path, text in texts.items()})
        return tree.folder

    return make


@pytest.fixture
def adopt(capsys, monkeypatch):
    """Runs `beast adopt` in a project; the options of this run of pytest are not those of the project's."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(folder, *arguments):
        return run_beast(capsys, "adopt", "--project", folder, "--python", sys.executable, *arguments)

    return run


def files_of(folder):
    """Everything but what git and beast keep for themselves."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".beast", "__pycache__", ".pytest_cache"} & set(path.parts)
    }


def test_a_project_with_a_factory_gets_the_line_and_its_files(project, adopt):
    """And its own tests go on passing."""
    folder = project({"shop.py": FACTORY, "tests/test_shop.py": TESTS})

    done = adopt(folder)

    assert done.status == 0, done.err
    assert done.out.startswith(
        "edit    shop.py\n"
        "edit    requirements.txt\n"
        "create  .flaskenv\n"
        "create  tests/conftest.py\n"
        "create  AGENTS.md\n"
        "create  .github/workflows/beast-check.yml\n"
        "create  beastmode.toml\n"
        "The application starts; its tests: 1 passed in "
    )
    assert done.out.endswith(
        "`beast undo 0001` takes it back.\n\n"
        "Next:\n"
        "  flask beastmode doctor    check the configuration\n"
        "  beast check    check the change\n"
    )
    assert (folder / "shop.py").read_text() == FACTORY.lstrip().replace(
        "from flask import Flask\n", "from beastmode import Beastmode\nfrom flask import Flask\n"
    ).replace("\n    return app\n", "\n    Beastmode(app)\n\n    return app\n")
    assert (folder / "requirements.txt").read_text() == "flask>=3\nbeastmode>=0.1,<0.2\n"
    assert (folder / ".flaskenv").read_text() == "ENVIRONMENT=development\n"
    assert (folder / "beastmode.toml").read_text() == '[guard]\napp = "shop:create_app"\n'


def test_twice_is_the_same_as_once(project, adopt):
    """The second run finds everything there."""
    folder = project({"shop.py": FACTORY})
    adopt(folder)
    before = files_of(folder)

    done = adopt(folder)

    assert (done.status, done.out) == (0, "Nothing to change: beastmode is here already.\n")
    assert files_of(folder) == before


def test_pretend_shows_the_diff_and_changes_nothing(project, adopt):
    """To look before the leap."""
    folder = project({"shop.py": FACTORY})
    before = files_of(folder)

    done = adopt(folder, "--pretend")

    assert "+    Beastmode(app)\n" in done.out
    assert "+beastmode>=0.1,<0.2\n" in done.out
    assert files_of(folder) == before


@pytest.mark.parametrize("last", ['if __name__ == "__main__":\n    app.run()\n', "app.run()\n"])
def test_an_application_of_a_module_gets_the_line_in_front_of_what_runs_it(project, adopt, last):
    """After its configuration and its routes."""
    code = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef home():\n    return 'hello'\n"
    folder = project({"app.py": f"{code}\n\n{last}"})

    done = adopt(folder, "--no-tests", "--pretend")

    assert done.status == 0, done.err
    assert "+Beastmode(app)\n" in done.out
    assert done.out.index("+Beastmode(app)") < done.out.index(last.splitlines()[0])


def test_tests_of_an_application_of_a_module_name_the_environment_before_they_import_it(project, adopt):
    """It reads its settings as soon as it is imported, and without a name the environment is production."""
    files = {
        "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "tests/conftest.py": "import os\n\nfrom app import app\n\nassert app and os\n",
        "tests/test_app.py": "from app import app\n\n\ndef test_it():\n    assert app.test_client()\n",
    }
    folder = project(files)

    done = adopt(folder)

    assert done.status == 0, done.err
    assert (folder / "tests" / "conftest.py").read_text() == (
        'import os\n\nos.environ.setdefault("ENVIRONMENT", "testing")\n\nfrom app import app\n\nassert app and os\n'
    )


@pytest.mark.parametrize("in_ci", ["", "true"])
def test_everything_is_taken_back_if_the_tests_fail(project, adopt, monkeypatch, in_ci):
    """A project that beastmode breaks stays as it was."""
    monkeypatch.setenv("CI", in_ci)
    strict = TESTS + "\n\ndef test_headers(client):\n    assert 'X-Request-ID' not in client.get('/').headers\n"
    folder = project({"shop.py": FACTORY, "tests/test_shop.py": strict})
    before = files_of(folder)

    done = adopt(folder)

    assert done.status == 2
    assert done.err.startswith(
        "beast: everything was taken back, because the project fails with it, and not without: the tests fail: "
    )
    assert "test_headers" in done.err
    assert files_of(folder) == before


def test_a_project_that_failed_before_is_told_so(project, adopt):
    """Nobody looks for the fault in beastmode then."""
    folder = project({"shop.py": FACTORY, "tests/test_shop.py": "def test_wrong():\n    assert False\n"})

    done = adopt(folder)

    assert done.status == 2
    assert "because the project fails without beastmode as well: the tests fail: " in done.err


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("    if config:\n        return None\n    return app\n", "returns from several places"),
        ("    return wrapped(app)\n", "does not end with `return app`"),
    ],
)
def test_a_factory_that_is_not_understood_is_refused_with_the_line_to_add(project, adopt, code, why):
    """Never edited by guessing."""
    folder = project({"shop.py": FACTORY.replace("    return app\n", code)})
    before = files_of(folder)

    done = adopt(folder)

    assert done.status == 2
    assert done.err == (
        f"beast: shop.py: create_app() {why}. Add the line yourself, after the application's configuration: "
        "`from beastmode import Beastmode`, then `Beastmode(app)`.\n"
    )
    assert files_of(folder) == before


def test_of_several_applications_one_has_to_be_named(project, adopt):
    """With --app, as flask takes it."""
    folder = project({"shop.py": FACTORY, "admin.py": FACTORY})

    assert adopt(folder).err == (
        "beast: there are several applications: admin:create_app, shop:create_app. Name one by --app.\n"
    )
    assert adopt(folder, "--app", "shop:create_app()", "--pretend").out.startswith("--- a/shop.py\n")


def test_a_project_without_an_application_is_refused(project, adopt):
    """There is nothing to add to."""
    assert adopt(project({"shop.py": "import flask\n"})).err == (
        "beast: no module creates a Flask application by `app = Flask(...)`, so there is nothing to add to.\n"
    )


def test_an_interpreter_without_beastmode_is_refused(project, adopt, tmp_path):
    """Otherwise the application would not start after the change."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)

    assert adopt(project({"shop.py": FACTORY}), "--python", str(python)).err == (
        f"beast: {python} has no beastmode. Install it first: {python} -m pip install beastmode\n"
    )


def test_requirements_in_pyproject_are_added_there(project, adopt):
    """Comments and order are kept."""
    text = '[project]\nname = "shop"\nversion = "1"\ndependencies = [\n    "flask>=3",  # the framework\n]\n'
    folder = project({"shop.py": FACTORY, "pyproject.toml": text})
    (folder / "requirements.txt").unlink()

    done = adopt(folder, "--no-tests")

    assert done.status == 0, done.err
    assert (folder / "pyproject.toml").read_text() == text.replace(
        "# the framework\n", '# the framework\n    "beastmode>=0.1,<0.2",\n'
    )
    assert "pip install -e ." in (folder / ".github" / "workflows" / "beast-check.yml").read_text()


def test_a_program_reads_what_was_changed(project, adopt):
    """Every file, what happened to it, and what the tests said."""
    folder = project({"shop.py": FACTORY, "AGENTS.md": "# Ours\n", "beastmode.toml": "[guard]\n"})

    done = json.loads(adopt(folder, "--json").out)

    assert done == {
        "id": "0001",
        "files": [
            {"path": "shop.py", "kind": "edit"},
            {"path": "requirements.txt", "kind": "edit"},
            {"path": ".flaskenv", "kind": "create"},
            {"path": ".github/workflows/beast-check.yml", "kind": "create"},
        ],
        "tests": "",
        "next": ["flask beastmode doctor    check the configuration", "beast check    check the change"],
    }


def test_the_workflow_is_the_one_of_the_guide():
    """docs/how-to/beast-check.yml, below its first line."""
    shown = (ROOT / "docs" / "how-to" / "beast-check.yml").read_text(encoding="utf-8").partition("\n")[2]
    added = ROOT / "src" / "beastmode_tools" / "recipes" / "adopt" / "files" / "beast-check.yml"

    assert added.read_text(encoding="utf-8") == shown
