"""`beast prove` on whole projects, which stay as they are."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.revisions import prove
from beastmode_tools.project import find_project
from work_tree import WorkTree

ROOT = Path(__file__).parents[2]


def committed(source, folder):
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    WorkTree(folder).commit()
    return folder


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    return committed(ROOT / "tests" / "apps" / "ledger", tmp_path_factory.mktemp("ledger") / "ledger")


def ask(folder, *revisions):
    told = []
    report = prove(find_project(folder, python=Path(sys.executable)), revisions, progress=told.append)
    return report, told


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_whole_history_of_a_plain_project_is_proved_and_nothing_of_it_is_touched(ledger):
    before = contents(ledger)

    report, told = ask(ledger)

    assert report.verdict is Verdict.CAUTIOUS
    assert {finding.rule for finding in report.findings} == {"migration-reversible", "migration-locks-table"}
    assert report.not_proven == ()
    assert set(report.pictures["proofs"]) == {"sqlite", "postgresql"}
    assert any("up, down, up on sqlite" in text for text in told)
    assert contents(ledger) == before


def test_one_revision_is_proved_at_its_own_parents(ledger):
    report, _ = ask(ledger, "6f")

    assert {finding.where.split(":")[0] for finding in report.findings} == {"migrations/versions/6f06_open.py"}
    assert report.verdict is Verdict.SAFE


@pytest.mark.parametrize(("name", "said"), [("zz", "names no revision"), ("", "names several revisions")])
def test_a_name_that_fits_none_or_several_is_told(ledger, name, said):
    with pytest.raises(CouldNotRun, match=said):
        ask(ledger, name)


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    """What docs/tutorial/first-api.md leaves behind, migrated as the page says."""
    folder = tmp_path_factory.mktemp("notes")
    page = (ROOT / "docs" / "tutorial" / "first-api.md").read_text().split("## Try it")[0]
    (folder / "notes.py").write_text("\n".join(re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)))
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "ENVIRONMENT": "development"}
    for command in (["init"], ["migrate", "-m", "notes"]):
        flask = [sys.executable, "-m", "flask", "--app", "notes", "db", *command]
        subprocess.run(flask, cwd=folder, env=environment, check=True, capture_output=True)
    WorkTree(folder).commit({".gitignore": "*.db\n__pycache__\n"})
    return folder


@pytest.mark.parametrize("app", [None, "notes", "notes:create_app"])
def test_the_first_project_of_a_new_user_is_proved(notes, app):
    project = find_project(notes, python=Path(sys.executable), app=app)

    report = prove(project, [], on=["sqlite"])

    assert [finding.rule for finding in report.findings] == ["migration-reversible"]
    assert report.not_proven == ()


def test_what_ran_nowhere_is_not_called_safe(notes, tmp_path):
    folder = committed_again(notes, tmp_path / "notes")
    with (folder / "notes.py").open("a") as file:
        file.write("raise RuntimeError('no key of the vault')\n")

    report = prove(find_project(folder, python=Path(sys.executable)), [], on=["sqlite"])

    assert report.verdict is Verdict.CAUTIOUS
    (finding,) = report.findings
    assert finding.rule == "migration-not-proved"
    assert "no key of the vault" in finding.evidence.detail
    assert "--app" in finding.instead


def committed_again(source, folder):
    """A copy with its own repository."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".git", "__pycache__"))
    WorkTree(folder).commit()
    return folder


def test_the_application_that_flask_was_told_is_taken(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("FLASK_APP=shop:make\n")
    WorkTree(tmp_path)
    assert find_project(tmp_path).app == "shop:make"
    monkeypatch.setenv("FLASK_APP", "other")
    assert find_project(tmp_path).app == "other"
    assert find_project(tmp_path, app="third").app == "third"


def test_a_project_without_migrations_is_told(tmp_path):
    plain = committed(ROOT / "tests" / "apps" / "plain", tmp_path / "plain")

    with pytest.raises(CouldNotRun, match="no Alembic folder"):
        ask(plain)
