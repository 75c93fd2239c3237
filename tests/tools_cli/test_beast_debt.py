"""`beast debt`: the shortcuts of a project, as a person and a program read them."""

import json
import textwrap
from pathlib import Path

import pytest
from checked_project import git, make_project

from work_tree import WorkTree

CACHED = "# DEBT: in-process cache until more than one server; then REDIS_URL\nPRICES = {}\n"
PLAIN_APP = """
from flask import Flask

from beastmode import Beastmode, Database

db = Database()
app = Flask(__name__)
Beastmode(app, database=db)
"""


@pytest.fixture
def shop(tmp_path):
    """A project whose commits are all of 30 November 2026."""
    return make_project(tmp_path / "shop")


def write(shop, **files):
    for name, text in files.items():
        (shop / f"{name}.py").write_text(textwrap.dedent(text))


def commit(shop, monkeypatch, day="2026-11-30"):
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{day}T12:00:00+00:00")
    git(shop, "add", "--all")
    git(shop, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", "Cache prices")


def test_a_shortcut_is_listed_with_what_ends_it_what_pays_it_and_since_when(beast, shop, monkeypatch):
    """All that is needed to decide whether to pay it today."""
    write(shop, prices=CACHED)
    commit(shop, monkeypatch)

    done = beast("debt", "--project", shop)

    assert (done.status, done.err) == (0, "")
    assert done.out == (
        "DEBT  prices.py:1  in-process cache\n"
        "    until more than one server\n"
        "    then REDIS_URL\n"
        "    since 2026-11-30\n\n"
        "1 shortcut, 0 overdue.\n"
    )


def test_an_overdue_shortcut_comes_first_and_sets_the_exit_status(beast, shop):
    """So that `beast debt` can be a step of CI."""
    write(shop, a="# TODO: currencies\n", b="# DEBT: flat fee until 2020-03-31; then the carrier's price\n")

    done = beast("debt", "--project", shop)

    assert done.status == 1
    assert done.out == (
        "overdue  DEBT  b.py:1  flat fee\n"
        "    until 2020-03-31\n"
        "    then the carrier's price\n\n"
        "TODO  a.py:1  currencies\n\n"
        "2 shortcuts, 1 overdue.\n"
    )


def test_a_debt_without_a_target_is_listed_as_such(beast, shop):
    """A TODO needs none."""
    write(shop, prices="# DEBT: in-process cache\n# TODO\n")

    assert beast("debt", "--project", shop).out == (
        "DEBT  prices.py:1  in-process cache\n"
        "    it says neither what ends it nor what pays it\n\n"
        "TODO  prices.py:2  no reason given\n\n"
        "2 shortcuts, 0 overdue.\n"
    )


def test_a_comment_may_go_on_in_the_lines_below(beast, shop):
    """Long reasons are wrapped."""
    write(shop, prices="# HACK(ada): the supplier sends\n# prices as text\nPRICES = {}\n# Another comment.\n")

    assert "HACK  prices.py:1  the supplier sends prices as text\n" in beast("debt", "--project", shop).out


def test_strings_documentation_and_ignored_files_hold_no_shortcuts(beast, shop):
    """They talk about shortcuts, or are not the project's."""
    write(shop, prices='TEXT = "# TODO: no comment"\n', ignored="# TODO: nobody commits this\n")
    (shop / "README.md").write_text("# TODO: a heading\n")
    (shop / ".gitignore").write_text("ignored.py\n")

    assert beast("debt", "--project", shop).out == "No shortcuts.\n"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("compose.yaml", "image: shop  # TODO: pin it"),
        ("static.js", "let a = 1;  // FIXME: pin it"),
        ("schema.sql", "-- HACK: pin it"),
        ("templates/page.html", "{# TODO: pin it #}"),
        ("templates/other.html", "<!-- TODO: pin it -->"),
        ("Dockerfile", "# TODO: pin it"),
    ],
)
def test_comments_of_other_languages_are_read(beast, shop, name, line):
    """Whatever the sign of a comment is there."""
    (shop / name).parent.mkdir(exist_ok=True)
    (shop / name).write_text(f"{line}\n")

    assert f"{name}:1  pin it\n" in beast("debt", "--project", shop).out


def test_a_program_reads_json(beast, shop, monkeypatch):
    """Every field of a shortcut."""
    write(shop, prices=CACHED)
    commit(shop, monkeypatch)

    assert json.loads(beast("debt", "--project", shop, "--format", "json").out) == [
        {
            "tag": "DEBT",
            "where": "prices.py:1",
            "words": "in-process cache",
            "until": "more than one server",
            "then": "REDIS_URL",
            "since": "2026-11-30",
            "is_overdue": False,
        }
    ]


def test_settings_that_are_good_enough_for_development_are_listed(beast, tmp_path, monkeypatch):
    """With the setting that pays each."""
    monkeypatch.setenv("ENVIRONMENT", "development")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///shop.db")
    shop = make_project(tmp_path / "shop", PLAIN_APP)

    assert beast("debt", "--project", shop).out == (
        "setting  DATABASE_URL  SQLite, which serves one machine\n"
        "    then DATABASE_URL=postgresql+psycopg://user:password@host/name\n\n"
        "setting  SECRET_KEY  the development secret, which is public\n"
        "    then SECRET_KEY=(32 random bytes or more)\n\n"
        "2 shortcuts, 0 overdue.\n"
    )


def test_settings_that_cannot_be_read_are_told(beast, tmp_path, monkeypatch):
    """An empty list would claim more than is known."""
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    shop = make_project(tmp_path / "shop", PLAIN_APP)

    done = beast("debt", "--project", shop)

    assert done.out == "No shortcuts in comments.\n"
    assert done.err.startswith("beast: the settings were not read, so shortcuts that they reveal are missing: ")


def test_a_moved_shortcut_is_no_change(beast, tmp_path):
    """Only what is new asks for a decision."""
    tree = WorkTree(tmp_path / "shop")
    tree.commit({"app.py": CACHED})
    tree.write({"app.py": "import decimal\n", "prices.py": CACHED})

    findings = json.loads(beast("check", "--project", tree.folder, "--no-proofs", "--format", "json", "--all").out)

    assert not [each for each in findings["findings"] if each["rule"].startswith("debt")]


def test_the_guide_shows_what_its_commands_print(beast, tmp_path):
    """docs/how-to/list-shortcuts.md, whose commands another test runs."""
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "list-shortcuts.md").read_text(encoding="utf-8")
    file = page.split("<<'END'\n")[1].split("\nEND\n")[0]
    shown = page.split("```text\n")[1].split("```")[0]
    tree = WorkTree(tmp_path / "shop")
    tree.write({"prices.py": file})

    assert beast("debt", "--project", tree.folder).out == shown


def test_each_line_of_a_file_has_its_own_date(beast, shop, monkeypatch):
    """Also lines of one file that were committed on different days, or not at all."""
    write(shop, prices="# TODO: one\n")
    commit(shop, monkeypatch, "2026-01-02")
    write(shop, prices="# TODO: one\n\n# TODO: two\n")
    commit(shop, monkeypatch, "2026-03-04")
    write(shop, prices="# TODO: one\n\n# TODO: two\n\n# TODO: three\n")

    found = json.loads(beast("debt", "--project", shop, "--format", "json").out)

    assert [each["since"] for each in found] == ["2026-01-02", "2026-03-04", None]
