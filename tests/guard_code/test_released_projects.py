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
MODEL = "class Item(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n    {}\n"
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

    assert ("gate-changed", "DANGEROUS") not in verdicts
    assert {("gate-changed", "CAUTIOUS"), ("harmless-code-change", "SAFE")} <= verdicts


def test_a_linter_that_is_gone_is_one_finding():
    findings = found({"pyproject.toml": PYLINT + RUFF}, {"pyproject.toml": RUFF})

    assert [each.problem for each in findings if each.rule == "gate-changed"] == [
        "the gate pyproject.toml lets more through: without tool.pylint"
    ]


def test_a_longer_list_of_exceptions_still_loosens_a_gate():
    verdicts = told({"pyproject.toml": RUFF}, {"pyproject.toml": RUFF.replace("'docs'", "'docs', 'shop'")})

    assert ("gate-changed", "DANGEROUS") in verdicts


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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("size = db.Column(db.Integer)", "size: Mapped[Optional[int]] = mapped_column(Integer)"),
        ("size = db.Column(db.Integer)", "size: Mapped[Optional[int]]"),
        ("size = db.Column(db.Integer, nullable=False)", "size: Mapped[int] = mapped_column()"),
        ("size = db.Column(db.Integer(), primary_key=True)", "size: Mapped[int] = mapped_column(primary_key=True)"),
        ("size = db.Column(db.DateTime, index=True)", "size: Mapped[datetime | None] = mapped_column(index=True)"),
        ("size = db.Column(db.String(9), unique=True)", "size = sa.Column(sa.String(9), unique=True, nullable=True)"),
        (
            "size = db.Column(db.Integer, db.ForeignKey('sizes.id'))",
            "size: Mapped[Optional[int]] = mapped_column(Integer, ForeignKey('sizes.id'))",
        ),
        (
            "__table_args__ = (db.UniqueConstraint('a', 'b', name='ab'),)",
            "__table_args__ = (UniqueConstraint('a', 'b', name='ab'), Index('ix_a', 'a'))",
        ),
    ],
)
def test_a_column_in_the_newer_way_of_writing_is_the_same_column(old, new):
    findings = found({"models.py": MODEL.format(old)}, {"models.py": MODEL.format(new)})

    assert {(each.rule, each.verdict.name) for each in findings if "Item" in each.problem} == {
        ("field-changed", "SAFE")
    }


@pytest.mark.parametrize(
    ("old", "new", "rule", "verdict"),
    [
        ("db.Column(db.Integer)", "mapped_column(BigInteger, nullable=False)", "column-type-changed", "DANGEROUS"),
        ("db.Column(db.String(20))", "mapped_column(String(10))", "column-type-changed", "DANGEROUS"),
        ("db.Column(db.String(9))", "mapped_column(String(9), unique=True)", "column-constraint-changed", "DANGEROUS"),
        (
            "db.Column(db.String(9))",
            "mapped_column(String(9), nullable=False)",
            "column-constraint-changed",
            "DANGEROUS",
        ),
        ("db.Column(db.Integer, default=1)", "mapped_column(Integer, default=2)", "field-changed", "CAUTIOUS"),
    ],
)
def test_what_differs_in_the_newer_way_of_writing_is_found(old, new, rule, verdict):
    verdicts = told({"models.py": MODEL.format(f"size = {old}")}, {"models.py": MODEL.format(f"size = {new}")})

    assert (rule, verdict) in verdicts


def test_an_annotation_that_takes_no_null_is_found():
    old, new = "size = db.Column(db.Integer)", "size: Mapped[int] = mapped_column(Integer)"

    verdicts = told({"models.py": MODEL.format(old)}, {"models.py": MODEL.format(new)})

    assert ("column-constraint-changed", "DANGEROUS") in verdicts


def test_a_check_of_the_project_itself_counts_as_an_assertion():
    calls = "self.assertEqual(self.ask('/'), 404)", "self.request_assert_error('/', 404)"
    old, new = (f"class TestPage:\n    def test_page(self):\n        {call}\n" for call in calls)

    verdicts = told({"tests/test_page.py": old}, {"tests/test_page.py": new})

    assert ("test-weakened", "DANGEROUS") not in verdicts


@pytest.mark.parametrize(
    ("value", "is_found"), [("eyJhbGciOiJIUz....jdpn9kIjuG", False), ("xk39dQmz81LpWvjdpn9", True)]
)
def test_a_token_that_is_cut_short_is_an_example(value, is_found):
    verdicts = told({}, {"shop/auth.py": f'"""Answers."""\nTOKENS = {{"token": "{value}"}}\n'})

    assert (("secret-added", "DANGEROUS") in verdicts) == is_found
