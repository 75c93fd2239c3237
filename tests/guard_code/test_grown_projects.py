"""Changes as grown projects make them, that look worse than they are."""

import pytest

from beastmode_tools.guard.code.rules import tests_of_project
from beastmode_tools.guard.files import compare
from beastmode_tools.guard.rule import judge
from beastmode_tools.source.delta import Delta
from beastmode_tools.source.sides import FileChange
from guard_code.verdicts import found, told

MODEL = """
from shop import db

class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    password = db.Column({}, nullable=False)
"""
CLI = """
import click

@click.command()
@click.option("--name")
{option}def cli(name{parameter}):
    click.echo(name)

if __name__ == "__main__":
    cli()
"""
HOOKS = """
from flask import Flask, g
app = Flask(__name__)

@app.before_request
def remember():
    g.seen = {}

@app.get("/news")
def news():
    return "none"
"""
REQUEST = "def test_news_are_shown(client):\n    assert client.get('/news').status_code == 200\n"
PULP = "class Pulp:\n    def ask(self, what):\n        return what\n"
USER = "from shop.server.pulp import Pulp\n\nPULP = Pulp()\n"
MAILS = """
{import_}
class Mails{bases}:
    def send(self, what):
        return self.get_all_contents(what)
{method}"""
METHOD = "\n    def get_all_contents(self, what):\n        return [what]\n"


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("db.String(128)", "db.String(256)", "CAUTIOUS"),
        ("db.String(length=128)", "db.Text", "CAUTIOUS"),
        ("db.Integer", "db.BigInteger", "CAUTIOUS"),
        ("db.String(256)", "db.String(128)", "DANGEROUS"),
        ("db.Text", "db.String(128)", "DANGEROUS"),
        ("db.BigInteger", "db.Integer", "DANGEROUS"),
        ("db.Integer", "db.String(128)", "DANGEROUS"),
    ],
)
def test_a_type_that_takes_more_is_no_danger_and_one_that_takes_less_is(old, new, verdict):
    files = {"models.py": MODEL.format(old)}, {"models.py": MODEL.format(new)}

    assert ("column-type-changed", verdict) in told(*files)


def test_a_command_that_starts_itself_needs_no_arguments():
    old = {"cli.py": CLI.format(option="", parameter="")}
    new = {"cli.py": CLI.format(option='@click.option("--colour")\n', parameter=", colour")}

    assert ("signature-changed", "CAUTIOUS") in told(old, new)


@pytest.mark.parametrize(("tests", "verdict"), [({"tests/test_news.py": REQUEST}, "CAUTIOUS"), ({}, "DANGEROUS")])
def test_a_hook_is_executed_by_every_test_that_requests_something(tests, verdict):
    old, new = ({"app.py": HOOKS.format(value), **tests} for value in ("True", "'yes'"))

    assert ("business-logic-changed", verdict) in told(old, new)


def test_a_package_that_moves_to_another_folder_keeps_its_name():
    old = {"server/shop/server/pulp.py": PULP, "server/shop/server/backend.py": USER}
    new = {"src/shop/server/pulp.py": PULP, "src/shop/server/backend.py": USER}

    assert "DANGEROUS" not in {verdict for _, verdict in told(old, new)}


def test_a_method_that_moves_to_a_base_of_another_file_is_still_there():
    old = {"shop/mails.py": MAILS.format(import_="", bases="", method=METHOD)}
    new = {
        "shop/mails.py": MAILS.format(import_="from shop.texts import Texts\n", bases="(Texts)", method=""),
        "shop/texts.py": f"class Texts:{METHOD.replace('return [what]', 'return [what, what]')}",
    }

    assert "used-code-removed" not in {rule for rule, _ in told(old, new)}


@pytest.mark.parametrize(
    ("line", "is_found"),
    [('shop-credential = "shop.server.credential:main"', False), ('shop-credential = "xk3:9dQmz81LpWv"', True)],
)
def test_where_a_command_starts_is_no_secret(line, is_found):
    findings = found({}, {"pyproject.toml": f"[project.scripts]\n{line}\n"})

    assert ("secret-added" in {each.rule for each in findings}) == is_found


def test_what_building_a_package_writes_changes_nothing():
    paths = ("PKG-INFO", "shop.egg-info/PKG-INFO", "shop.egg-info/SOURCES.txt", "shop/VERSION")

    verdicts = told(dict.fromkeys(paths, "1\n"), dict.fromkeys(paths, "2\n"))

    assert verdicts == {("supporting-file-changed", "SAFE")}


def test_data_that_moves_with_its_tests_is_no_other_setup():
    moved = FileChange("tests/server/data.json", "server/tests/data.json", "{}", "{}")
    edited = FileChange("tests/server/data.json", "server/tests/data.json", "{}", "[]")

    reports = [list(judge(tests_of_project.RULES, compare(Delta((each,))))) for each in (moved, edited)]

    assert [len(each) for each in reports] == [0, 1]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("{{ person.bio|safe }}", "DANGEROUS"),
        ("{{ total|money|safe }}", "CAUTIOUS"),
        ("{{ total|money|safe }} {{ person.bio|safe }}", "DANGEROUS"),
        ("{{ total|shiny|safe }}", "DANGEROUS"),
        ("box.innerHTML = name;", "DANGEROUS"),
        ("box.innerHTML = `<b>${name}</b>`;", "DANGEROUS"),
        ("// {{ person.bio|safe }}", "DANGEROUS"),
        ("const data = {{ data|tojson|safe }};", None),
        ("box.innerHTML = '';", None),
        ("return box.innerHTML;", None),
        ("box.textContent = name;  // not innerHTML = name", None),
    ],
)
def test_a_line_of_a_template_is_judged_by_what_it_shows(line, verdict):
    page = "<p>{{ sum|money|safe }}</p>\n"

    rules = dict(told({"templates/a.html": page}, {"templates/a.html": f"{page}{line}\n"}))

    assert rules.get("output-unescaped") == verdict


BASES = """
from marshmallow import Schema, fields

class Window(Schema):
    start = fields.Integer({})
"""
BOUND = """
from marshmallow import Schema, fields
{import_}
class Question(Schema{more}):
    {field}text = fields.String()
"""


@pytest.mark.parametrize(("option", "rules"), [("", set()), ("required=True", {"field-changed"})])
def test_a_field_that_moves_to_a_base_is_not_gone(option, rules):
    field = "start = fields.Integer()\n    "
    old = {"shop/asked.py": BOUND.format(import_="", more="", field=field)}
    new = {
        "shop/asked.py": BOUND.format(import_="from shop.bases import Window\n", more=", Window", field=""),
        "shop/bases.py": BASES.format(option),
    }

    found_rules = {each.rule for each in found(old, new) if "start" in each.problem}

    assert found_rules == rules
