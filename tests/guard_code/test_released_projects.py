"""Changes between two releases of a project, that look worse than they are."""

import pytest

from guard_code.verdicts import found, told

VIEW = """
from flask import Flask, Response
app = Flask(__name__)

@app.get("/file")
def file():
    return Response(b"", headers={{{headers}}})
"""
SECRET = 'environment = {{ {} = "{}" }}\n'
BLACK = "[tool.black]\nline-length = 88\nexclude = 'migrations|web'\n[tool.isort]\nprofile = 'black'\n"
RUFF = "[tool.ruff]\nextend-exclude = ['web', 'docs']\n"
PYLINT = "[tool.pylint]\ndisable = ['x']\nmax-args = 5\n"


@pytest.mark.parametrize(
    ("headers", "is_lost"),
    [('"Content-Disposition": "attachment"', False), ('"Accept-Ranges": "bytes"', True)],
)
def test_a_header_in_other_letters_is_the_same_header(headers, is_lost):
    old = {"app.py": VIEW.format(headers='"Content-disposition": "attachment"')}

    verdicts = told(old, {"app.py": VIEW.format(headers=headers)})

    assert (("response-changed", "DANGEROUS") in verdicts) == is_lost


def test_another_formatter_loosens_no_gate():
    verdicts = told({"pyproject.toml": BLACK}, {"pyproject.toml": RUFF})

    assert ("gate-loosened", "DANGEROUS") not in verdicts
    assert {("gate-changed", "CAUTIOUS"), ("gate-tightened", "SAFE")} <= verdicts


def test_a_linter_that_is_gone_is_one_finding():
    findings = found({"pyproject.toml": PYLINT + RUFF}, {"pyproject.toml": RUFF})

    assert [each.problem for each in findings if each.rule == "gate-loosened"] == [
        "the gate pyproject.toml lets more through: without tool.pylint"
    ]


def test_a_longer_list_of_exceptions_still_loosens_a_gate():
    verdicts = told({"pyproject.toml": RUFF}, {"pyproject.toml": RUFF.replace("'docs'", "'docs', 'shop'")})

    assert ("gate-loosened", "DANGEROUS") in verdicts


@pytest.mark.parametrize(
    ("path", "name", "value", "is_found"),
    [
        ("beastmode.toml", "SECRET_KEY", "scratchscratch", False),
        ("beastmode.toml", "PAYMENTS", "sk_live_" + "4eC39HqLyjWDarjtT1", True),
        ("production.toml", "SECRET_KEY", "scratchscratch", True),
    ],
)
def test_what_a_check_starts_with_is_no_secret_unless_it_is_known_as_one(path, name, value, is_found):
    findings = found({}, {path: "[guard]\n" + SECRET.format(name, value)})

    assert ("secret-added" in {each.rule for each in findings}) == is_found


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("shop/openapi/ConfigResource_get.yml", "supporting-file-changed"),
        ("shop/ConfigResource_get.yml", "supporting-file-changed"),
        ("config.yml", "deployment-changed"),
        ("config_production.yml", "deployment-changed"),
        ("configuration.toml", "deployment-changed"),
    ],
)
def test_what_documents_a_route_does_not_decide_how_the_project_runs(path, rule):
    verdicts = told({path: "description: One\n"}, {path: "description: Two\n"})

    assert {name for name, _ in verdicts} == {rule}
