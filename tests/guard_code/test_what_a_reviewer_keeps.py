"""Reports about ordinary commits of published projects that no reviewer would have kept, in the form they had there."""

import pytest

from beastmode_tools.guard.code.rules import RULES as CODE
from beastmode_tools.guard.files import compare
from beastmode_tools.guard.rule import judge
from beastmode_tools.guard.settings.compare.deployment import risks_of, what_it_does
from beastmode_tools.guard.settings.rules import RULES as SETTINGS
from beastmode_tools.probes.messages.application import Application
from beastmode_tools.source.delta import Delta
from beastmode_tools.source.sides import FileChange
from guard_code.verdicts import told

VIEW = """
from flask import Flask
from flask_login import current_user

app = Flask(__name__)


@app.get("/profile")
def profile():
    {}
"""
HANDLER = """

@app.errorhandler(404)
def missing(error):
    return "no", 404
"""
MODEL = """
class Order(db.Model):
    total = db.Column({})
"""
REVISION = """
from alembic import op

revision = "7a07"
down_revision = None


def upgrade():
    op.alter_column("order", "total")
"""


def verdicts(path, old, new, rule):
    return {verdict for name, verdict in told({path: old}, {path: new}) if name == rule}


def test_the_callers_own_row_by_its_key_is_no_filter_of_what_is_theirs():
    old = VIEW.format("return User.query.filter_by(id=current_user.id).one().name")
    new = VIEW.format("return db.session.get(User, current_user.id).name")

    assert not verdicts("app.py", old, new, "authentication-lost")


def test_rows_of_the_caller_are_still_a_filter():
    old = VIEW.format("return Order.query.filter_by(user_id=current_user.id).all()")
    new = VIEW.format("return Order.query.all()")

    assert verdicts("app.py", old, new, "authentication-lost") == {"DANGEROUS"}


def test_a_session_of_the_database_says_nothing_of_who_calls():
    old = VIEW.format("assert Unit.query.get(1).department == 2")
    new = VIEW.format("assert db.session.get(Unit, 1).department == 2")

    assert not verdicts("app.py", old, new, "authentication-gained")


def test_handlers_of_errors_that_a_loop_registers_are_not_gone():
    old = f"from flask import Flask\napp = Flask(__name__)\n{HANDLER}"
    loop = "for code in (404, 413):\n    app.errorhandler(code)(handler_of(code))\n"
    new = f"from flask import Flask\napp = Flask(__name__)\n{loop}"

    assert not verdicts("app.py", old, new, "error-handler-changed")
    assert verdicts("app.py", old, new.replace(loop, ""), "error-handler-changed") == {"CAUTIOUS"}


def test_a_name_that_stands_for_itself_is_no_secret():
    old, new = "class Action:\n    pass\n", 'class Action:\n    ResetPassword = "reset_password"\n'

    assert not verdicts("actions.py", old, new, "secret-added")


def test_a_field_of_a_plain_class_refuses_nobody():
    old, new = "class Result:\n    found: bool\n", "class Result:\n    found: bool\n    query: str\n"

    assert not verdicts("search.py", old, new, "required-field-added")


def test_an_index_among_the_columns_is_no_field():
    old = MODEL.format("db.Integer)\n    total_ix = Index('ix_total', 'total'")

    assert not verdicts("models.py", old, MODEL.format("db.Integer"), "field-removed")


def test_what_a_migration_judges_is_not_judged_again_in_the_model():
    old, new = MODEL.format("db.Integer"), MODEL.format("db.Numeric")
    path = "migrations/versions/7a07.py"

    alone = told({"models.py": old}, {"models.py": new})
    migrated = told({"models.py": old}, {"models.py": new, path: REVISION})

    assert ("column-type-changed", "DANGEROUS") in alone
    assert ("column-type-changed", "SAFE") in migrated


def test_a_constraint_that_a_migration_adds_is_not_judged_again_in_the_model():
    table = '    __table_args__ = (db.CheckConstraint("total >= 0", name="ck_total"),)\n'
    old, new = MODEL.format("db.Integer"), MODEL.format("db.Integer") + table
    revision = REVISION.replace("total", "ck_total")

    alone = told({"models.py": old}, {"models.py": new})
    migrated = told({"models.py": old}, {"models.py": new, "migrations/versions/7a07.py": revision})

    assert ("column-constraint-changed", "DANGEROUS") in alone
    assert ("column-constraint-changed", "SAFE") in migrated


def test_what_only_a_test_still_uses_fails_no_deploy():
    test = {"tests/test_web.py": "from web import throttle\n"}

    found = told({"web.py": "throttle = 1\n", **test}, {"web.py": "", **test})

    assert ("used-code-removed", "CAUTIOUS") in found


def test_a_key_that_an_application_makes_up_for_itself_is_no_change():
    old, new = (
        Application(settings={"SECRET_KEY": {"secret": each, "length": 64, "literal": False}}) for each in ("a", "b")
    )
    change = FileChange("app.py", "app.py", "a = 1\n", "a = 2\n")
    named = FileChange("app.py", "app.py", "a = 1\n", 'app.secret_key = read("key")\n')

    kept = [judge((*CODE, *SETTINGS), compare(Delta((each,), {}, {}, old, new))) for each in (change, named)]

    assert [any(each.rule == "setting-changed" for each in found) for found in kept] == [False, True]


@pytest.mark.parametrize(
    ("removed", "added", "risks"),
    [
        ("USER app", "", ["runs as root"]),
        ("", "USER root", ["runs as root"]),
        ("user: app", "user: web", []),
        ("FROM python:3.11", "FROM python:3.13-slim", []),
        ("image: registry.example.org:5000/shop:1", "image: registry.example.org:5000/shop:2", []),
        ("FROM python:3.11", "FROM mallory/python:3.11", ["takes the image mallory/python instead of python"]),
        ("", "privileged: true", ["starts a privileged container"]),
        ("", "- /var/run/docker.sock:/var/run/docker.sock", ["gives a container control of Docker"]),
        ('DEBUG="False" \\', 'DEBUG="True" \\', ["turns debugging on"]),
        ("auth_basic_user_file /etc/passwords;", "", ["no longer asks for a password"]),
        ("deny all;", "", ["no longer restricts who may connect"]),
        ("", "POSTGRES_PASSWORD=hunter2horse", ["holds a secret"]),
        ("", "POSTGRES_PASSWORD=${POSTGRES_PASSWORD}", []),
        ('MAIL_SENDER="budget@example.org"', 'MAIL_SENDER="admin@example.com"', []),
    ],
)
def test_a_deployment_is_judged_by_what_its_lines_do(removed, added, risks):
    assert risks_of([removed] if removed else [], [added] if added else []) == risks


@pytest.mark.parametrize(
    ("removed", "added", "said"),
    [
        ("FROM python:3.11", "FROM python:3.13", ["updates python:3.11 to python:3.13"]),
        ("CMD gunicorn shop", "CMD granian shop", ["starts another command"]),
        ("EXPOSE 80", "EXPOSE 8080", ["opens other ports"]),
        ("- ./data:/data", "- ./more:/data", ["uses other volumes"]),
        ("RUN pip install shop", "RUN pip install --no-cache-dir shop", []),
        ("LABEL version=1", "LABEL version=2", []),
    ],
)
def test_what_starts_or_opens_something_else_is_named(removed, added, said):
    assert what_it_does([removed], [added]) == said


def test_the_short_form_of_super_does_the_same():
    text = "class Page(View):\n    def get(self):\n        return {}.get()\n"

    found = told({"views.py": text.format("super(Page, self)")}, {"views.py": text.format("super()")})

    assert {verdict for _, verdict in found} == {"SAFE"}


MOVED = """
from flask import Flask
from markupsafe import Markup
app = Flask(__name__)
API_TOKEN = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
def raw(x):
    return Markup(x)
if __name__ == "__main__":
    app.run(debug=True)
"""


def test_moved_code_and_its_secrets_are_not_new():
    kept = "def other():\n    return 1\n"
    apart = told({"app.py": MOVED + kept}, {"app.py": f"from core import app, raw\n{kept}", "core.py": MOVED})
    renamed = told({"app/core.py": MOVED}, {"shop/core.py": MOVED})
    added = told({"app.py": kept}, {"app.py": kept, "core.py": MOVED})

    new = {("output-unescaped", "DANGEROUS"), ("setting-weakened", "DANGEROUS"), ("secret-added", "DANGEROUS")}
    assert not new & (apart | renamed)
    assert new <= added


def test_a_secret_that_was_a_fallback_and_is_the_value_now_is_new():
    old = 'API_TOKEN = os.environ.get("API_TOKEN", "Zx81hJq0pLm2Vb7")\n'
    new = 'API_TOKEN = "Zx81hJq0pLm2Vb7"\n'

    assert verdicts("app.py", old, new, "secret-added") == {"DANGEROUS"}


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ('{"extend_existing": True}', {"SAFE"}),
        ('{"sqlite_autoincrement": True}', {"SAFE"}),
        ('(db.CheckConstraint("id > 0"), {"extend_existing": True})', {"DANGEROUS"}),
    ],
)
def test_options_of_a_table_that_no_row_depends_on_are_no_constraints(options, found):
    model = MODEL.format("db.Integer")
    changed = told({"models.py": model}, {"models.py": f"{model}    __table_args__ = {options}\n"})

    said = {verdict for rule, verdict in changed if rule in {"column-constraint-changed", "field-changed"}}
    assert said | {"SAFE"} == found | {"SAFE"}


FORM = """
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
class Sign(FlaskForm):
    name = StringField({})
    kind = SelectField("Kind", choices=[("a", {})])
"""


def test_labels_of_forms_are_no_types():
    old, new = FORM.format('"Name"', '"A"'), FORM.format('_l("Your name"), description="first"', '"Ah"')

    assert verdicts("forms.py", old, new, "field-changed") <= {"SAFE"}
    assert verdicts("forms.py", old, FORM.format('"Name", [DataRequired()]', '"A"'), "field-changed") == {"CAUTIOUS"}
