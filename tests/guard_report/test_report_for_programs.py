import json

import pytest
from reported import ACCEPTANCE, CAUTIOUS, SAFE, found, many, report

from beastmode_tools.guard.finding import Evidence
from beastmode_tools.guard.report import as_json, github, sarif
from beastmode_tools.guard.report.place import place_of
from beastmode_tools.guard.report.view import View


def test_the_json_has_just_the_keys_that_are_promised():
    data = json.loads(as_json.render(report(found()), View()))

    assert list(data) == ["verdict", "base", "findings", "not_proven", "seconds"]
    assert list(data["findings"][0]) == [
        "rule",
        "verdict",
        "where",
        "problem",
        "evidence",
        "instead",
        "fingerprint",
        "accepted",
    ]
    assert list(data["findings"][0]["evidence"]) == ["kind", "detail"]


def test_json_holds_safe_and_accepted_findings_too():
    data = json.loads(as_json.render(report(found("a", SAFE), found("b", acceptance=ACCEPTANCE)), View()))

    assert [(each["verdict"], each["accepted"]) for each in data["findings"]] == [("SAFE", False), ("DANGEROUS", True)]
    assert data["verdict"] == "SAFE"


def test_json_says_which_message_of_a_rule_it_is():
    """Programs tell by it what a rule with many messages found."""
    data = json.loads(as_json.render(report(found("a"), found("b", message="header")), View()))

    assert [each.get("message") for each in data["findings"]] == [None, "header"]


def test_annotations_of_different_messages_are_not_counted_as_the_same():
    """GitHub is told "and 1 more of these" only where they say the same."""
    findings = [found(each, where="GET /orders", message=each) for each in ("field", "header")]

    text = github.render(report(*findings), View())

    assert text.count("::error") == 2
    assert "more of these" not in text


def test_a_name_that_is_no_text_does_not_break_the_json():
    text = as_json.render(report(found("caf\udce9.py is gone")), View())

    assert text.encode("utf-8")
    assert json.loads(text)["findings"][0]["problem"] == "caf\udce9.py is gone"


@pytest.mark.parametrize(
    ("where", "path", "line"),
    [
        ("app/users.py:18", "app/users.py", 18),
        ("app/users.py", "app/users.py", None),
        ("migrations/versions/0a1b_names.py:7 in upgrade", "migrations/versions/0a1b_names.py", 7),
        ("GET /users (app/users.py:18)", "app/users.py", 18),
        ("Dockerfile:3", "Dockerfile", 3),
        (".github/workflows/ci.yml", ".github/workflows/ci.yml", None),
    ],
)
def test_a_place_is_read_from_where_a_finding_is(where, path, line):
    place = place_of(found(where=where), View(prefix="backend"))

    assert (place.path, place.line) == (f"backend/{path}", line)


@pytest.mark.parametrize("where", ["GET /users/{id} → 200 → items.name", "users.nick", "SECRET_KEY", "/etc/passwd.txt"])
def test_an_operation_or_a_setting_is_no_file(where):
    assert place_of(found(where=where), View()) is None


def test_sarif_gives_every_finding_a_rule_a_level_a_place_and_a_fingerprint():
    findings = [found(), found("b", CAUTIOUS, where="GET /users"), found("c", SAFE)]

    run = json.loads(sarif.render(report(*findings), View(prefix="backend", anchor="backend/setup.py")))["runs"][0]

    assert [each["level"] for each in run["results"]] == ["error", "warning", "note"]
    physical = [each["locations"][0]["physicalLocation"] for each in run["results"]]
    assert physical[0] == {
        "artifactLocation": {"uri": "backend/shop/orders.py", "uriBaseId": "ROOT"},
        "region": {"startLine": 18},
    }
    assert physical[1]["artifactLocation"]["uri"] == "backend/setup.py"
    for result, finding in zip(run["results"], findings, strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
        assert result["partialFingerprints"] == {"beastFingerprint/v1": finding.fingerprint}


def test_sarif_explains_a_rule_with_its_page():
    given = report(found("x", SAFE, rule="acceptance-unused"))

    entry = json.loads(sarif.render(given, View()))["runs"][0]["tool"]["driver"]["rules"][0]

    assert entry["help"]["markdown"].startswith("# acceptance-unused")
    assert entry["defaultConfiguration"] == {"level": "note"}


def test_sarif_suppresses_what_was_accepted_and_says_why():
    run = json.loads(sarif.render(report(found(acceptance=ACCEPTANCE), found("b")), View()))["runs"][0]

    given = run["results"][0]["suppressions"]
    assert given[0]["status"] == "accepted"
    assert "Nobody calls it." in given[0]["justification"]
    assert "suppressions" not in run["results"][1]


def test_sarif_writes_a_path_with_spaces_as_an_address():
    run = json.loads(sarif.render(report(found(where="shop/my%file.py:1")), View(prefix="the shop")))["runs"][0]

    address = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert address == "the%20shop/shop/my%25file.py"


def test_sarif_writes_a_path_that_is_no_text_by_its_bytes():
    run = json.loads(sarif.render(report(found(where="caf\udce9.py:1")), View()))["runs"][0]

    address = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert address == "caf%E9.py"


def test_sarif_is_what_the_standard_asks_for():
    given = report(found(), found("b", acceptance=ACCEPTANCE), not_proven=("No PostgreSQL.",))

    data = json.loads(sarif.render(given, View()))

    assert data["version"] == "2.1.0"
    for run in data["runs"]:
        assert run["tool"]["driver"]["name"]
        assert all(rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"])
        assert len({rule["id"] for rule in run["tool"]["driver"]["rules"]}) == len(run["tool"]["driver"]["rules"])
        for invocation in run["invocations"]:
            assert invocation["executionSuccessful"] is True
            assert all(note["message"]["text"] for note in invocation["toolExecutionNotifications"])
        for result in run["results"]:
            assert result["message"]["text"]
            assert result["level"] in {"none", "note", "warning", "error"}
            assert {each["kind"] for each in result.get("suppressions", [])} <= {"inSource", "external"}


def test_github_annotates_a_line_of_a_file():
    line = github.render(report(found(), base="main"), View(prefix="backend")).splitlines()[0]

    assert line.startswith(
        "::error file=backend/shop/orders.py,line=18,title=DANGEROUS%3A response-field-removed::GET "
    )


def test_github_cannot_be_given_a_command_by_a_finding():
    evil = "100%\n::add-path::evil\r\n::error::x"
    finding = found(evil, CAUTIOUS, where="a,b:c", rule="r,title=x:y", instead=evil, evidence=Evidence("read", evil))

    lines = github.render(report(finding), View()).splitlines()

    assert len(lines) == 2
    assert lines[0].startswith("::warning title=CAUTIOUS%3A r%2Ctitle=x%3Ay::100%25%0A")


def test_github_says_the_same_about_many_operations_once():
    lines = github.render(report(*many(42)), View()).splitlines()

    assert len(lines) == 2
    assert "And 41 more of these" in lines[0]


def test_github_shows_an_accepted_finding_as_a_notice():
    assert github.render(report(found(acceptance=ACCEPTANCE)), View()).startswith("::notice ")


def test_github_leaves_safe_findings_out_unless_all_are_asked_for():
    given = report(found("x", SAFE))

    assert "::notice" not in github.render(given, View())
    assert "::notice" in github.render(given, View(show_all=True))
