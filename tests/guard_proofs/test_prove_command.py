"""`beast prove` on whole projects, which stay as they are."""

import shutil
import sys
from pathlib import Path

import pytest

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.prove import prove
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


def test_the_history_of_the_blog_is_reversible_on_both_databases(tmp_path):
    blog = committed(ROOT / "examples" / "blog", tmp_path / "blog")
    (blog / "beastmode.toml").write_text('[guard.environment]\nENVIRONMENT = "development"\n')

    report, _ = ask(blog)

    reversible = [finding for finding in report.findings if finding.rule == "migration-reversible"]
    assert len(reversible) == 3
    assert all("PostgreSQL and SQLite" in finding.problem for finding in reversible)
    assert report.not_proven == ()


@pytest.mark.parametrize(("name", "said"), [("zz", "names no revision"), ("", "names several revisions")])
def test_a_name_that_fits_none_or_several_is_told(ledger, name, said):
    with pytest.raises(CouldNotRun, match=said):
        ask(ledger, name)


def test_a_project_without_migrations_is_told(tmp_path):
    plain = committed(ROOT / "tests" / "apps" / "plain", tmp_path / "plain")

    with pytest.raises(CouldNotRun, match="no Alembic folder"):
        ask(plain)
