import subprocess
from datetime import date, timedelta

import pytest

from beastmode_tools.guard.finding import Evidence, Finding, Report, Verdict
from beastmode_tools.guard.report.last_report import remember
from beastmode_tools.project import find_project
from beastmode_tools.settings_file import read_settings_file
from work_tree import WorkTree

FINDING = Finding(
    rule="operation-removed",
    verdict=Verdict.DANGEROUS,
    where="GET /news",
    problem="GET /news is gone",
    evidence=Evidence("read", "GET /news"),
    instead="Keep it.",
    subject="GET /news",
)
MARK = FINDING.fingerprint


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A repository whose last check found one thing, with the shell in it."""
    WorkTree(tmp_path)
    remember(Report("main (1a2b3c4)", (FINDING,), (), 1.0, {}), find_project(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_accepted_finding_is_in_the_file_with_who_and_why(beast, folder):
    done = beast("accept", MARK, "--reason", "Nobody reads it.", "--until", "2999-12-31")

    assert done.status == 0
    assert "Accepted" in done.out
    entry = read_settings_file(folder).accepted[0]
    assert entry == {
        "fingerprint": MARK,
        "rule": "operation-removed",
        "subject": "GET /news",
        "against": "main (1a2b3c4)",
        "reason": "Nobody reads it.",
        "author": "Ada <ada@example.com>",
        "date": date.today().isoformat(),  # noqa: DTZ011 - the command takes the day here too
        "until": "2999-12-31",
    }


def test_the_beginning_of_a_fingerprint_is_enough(beast, folder):
    done = beast("accept", MARK[:6], "--reason", "Nobody reads it.")

    assert done.status == 0
    assert read_settings_file(folder).accepted[0]["fingerprint"] == MARK


def test_it_works_from_elsewhere_too(beast, folder, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))

    done = beast("accept", MARK, "--reason", "Nobody reads it.", "--project", folder)

    assert done.status == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["0123456789ab", "--reason", "x"], "Run `beast check` again"),
        ([MARK, "--reason", "  "], "--reason"),
        ([MARK, "--reason", "x", "--until", "2020-01-01"], "in the past"),
    ],
)
def test_what_cannot_be_accepted_is_refused_in_one_line(beast, folder, arguments, told):
    done = beast("accept", *arguments)

    assert done.status == 2
    assert told in done.err
    assert done.err.count("\n") == 1
    assert not (folder / "beastmode.toml").exists()


def test_yesterday_is_past_and_today_is_not(beast, folder):
    today = date.today()  # noqa: DTZ011 - the command takes the day here too

    assert beast("accept", MARK, "--reason", "x", "--until", today - timedelta(days=1)).status == 2
    assert beast("accept", MARK, "--reason", "x", "--until", today).status == 0


def test_outside_of_a_repository_it_says_so(beast, tmp_path_factory):
    done = beast("accept", MARK, "--reason", "x", "--project", tmp_path_factory.mktemp("plain"))

    assert done.status == 2
    assert "git" in done.err
    assert done.err.count("\n") == 1


def test_without_an_author_it_says_how_to_name_one(beast, folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    for name in ("user.name", "user.email"):
        subprocess.run(["git", "config", "--unset", name], cwd=folder, check=True)

    done = beast("accept", MARK, "--reason", "x")

    assert done.status == 2
    assert "git config user.name" in done.err
