import json
import stat

import pytest

from beastmode_tools.guard.dependencies.compare.files import DependencyChanged
from beastmode_tools.guard.dependencies.compare.vulnerabilities import compare_reports
from beastmode_tools.guard.dependencies.read.vulnerabilities import audit

REPORT = {"dependencies": [{"name": "flask", "version": "0.12", "vulns": [{"id": "EX-1", "fix_versions": ["0.12.3"]}]}]}


def asked(new, how="added"):
    return DependencyChanged("requirements.txt", 4, "flask", how, "", new)


@pytest.fixture
def fake_audit(tmp_path):
    """A program that answers as pip-audit does, from a script of the test."""

    def make(body):
        program = tmp_path / "pip-audit"
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return str(program)

    return make


def test_a_vulnerability_is_told_with_the_line_that_asks_for_the_package(fake_audit):
    program = fake_audit(f"cat <<'END'\n{json.dumps(REPORT)}\nEND\nexit 1")

    found, not_proven = audit([asked("flask==0.12")], executable=program)

    assert not_proven == ()
    assert [(each.path, each.line, each.identifier, each.fixed_in) for each in found] == [
        ("requirements.txt", 4, "EX-1", ("0.12.3",))
    ]


def test_only_versions_that_are_newly_pinned_are_asked_about(fake_audit, tmp_path):
    program = fake_audit(f'cp "$2" {tmp_path}/asked.txt; echo "{{}}"')

    audit([asked("flask==3.0.0"), asked("flask", "unpinned"), asked("", "removed")], executable=program)

    assert (tmp_path / "asked.txt").read_text() == "flask==3.0.0\n"


def test_nothing_is_started_where_nothing_is_newly_pinned():
    assert audit([asked("flask>=1", "unpinned")], executable="/does/not/exist") == ([], ())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("echo 'ERROR: no route to host' >&2; exit 2", "could not reach its database: ERROR: no route to host"),
        ("sleep 30", "did not answer within 0.5 s"),
        ("echo broken", "could not reach its database"),
    ],
)
def test_what_could_not_be_looked_up_is_said(fake_audit, body, said):
    found, not_proven = audit([asked("flask==3.0.0")], executable=fake_audit(body), seconds=0.5)

    assert found == []
    assert said in not_proven[0]


def test_a_program_that_is_not_there_is_said():
    found, not_proven = audit([asked("flask==3.0.0")], executable="/does/not/exist")

    assert (found, len(not_proven)) == ([], 1)


@pytest.mark.parametrize("text", [None, "", "[", "3", '{"dependencies": 3}', '[{"vulns": null}]', '["x"]'])
def test_what_is_no_report_holds_no_vulnerability(text):
    assert list(compare_reports(text, text, {})) == []
