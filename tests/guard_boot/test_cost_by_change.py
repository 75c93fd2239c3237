"""What a change cannot touch is not started for it: a check costs what its change asks for."""

import sys
from pathlib import Path

import pytest

from beastmode_tools.guard.check import check
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.read import Question
from beastmode_tools.project import find_project
from work_tree import WorkTree

FILES = {
    "app.py": "from flask import Flask, render_template\n\napp = Flask(__name__)\n\n\n"
    '@app.get("/")\ndef home():\n    return render_template("home.html")\n',
    "templates/home.html": "<p>Home</p>\n",
    "static/home.css": "p { color: black }\n",
    "static/manifest.json": "{}\n",
    "translations/de/LC_MESSAGES/messages.po": 'msgid "Home"\nmsgstr "Start"\n',
    "Dockerfile": "FROM python:3.12\nUSER app\n",
}


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A committed project."""
    work = WorkTree(tmp_path_factory.mktemp("project"))
    work.commit(FILES)
    return work


def checked(work, files):
    """The report of a change, and what was said while it was made; the change is taken back."""
    told = []
    work.write(files)
    try:
        project = find_project(work.folder, python=Path(sys.executable))
        return check(Question(project, base="HEAD", on=("sqlite",)), told.append), told
    finally:
        work.git("checkout", "--quiet", ".")
        work.git("clean", "--quiet", "--force", "-d")


def test_pictures_styles_translations_and_images_start_nothing(work):
    changed = {
        "static/home.css": "p { color: blue }\n",
        "static/logo.svg": "<svg/>\n",
        "translations/de/LC_MESSAGES/messages.po": 'msgid "Home"\nmsgstr "Anfang"\n',
        "Dockerfile": FILES["Dockerfile"] + "WORKDIR /app\n",
    }

    report, told = checked(work, changed)

    assert told == []
    assert report.verdict is Verdict.SAFE
    assert [each for each in report.not_proven if "No Alembic folder" not in each] == []


@pytest.mark.parametrize(
    "changed",
    [
        {"templates/home.html": "<p>{{ home }}</p>\n"},
        {"static/manifest.json": '{"home": 1}\n'},
        {"static/home.css": "p { color: red }\n", "app.py": FILES["app.py"] + "# A page.\n"},
    ],
    ids=["template", "data", "code"],
)
def test_what_may_change_an_answer_starts_both_sides(work, changed):
    """A template runs code, and data may be read when the application starts."""
    _, told = checked(work, changed)

    assert "starting both sides" in told
    assert any("as nobody" in each for each in told)


def test_a_template_that_fails_is_found_by_showing_it(work):
    report, _ = checked(work, {"templates/home.html": "<p>{{ home.of.nobody }}</p>\n"})

    assert report.verdict is Verdict.DANGEROUS
