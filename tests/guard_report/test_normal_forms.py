"""A difference is the same one however it is laid out: an acceptance ends with its meaning, not with its looks."""

import textwrap
from datetime import date

import pytest

from beastmode_tools.guard.files import judge_files
from beastmode_tools.guard.finding import Verdict

TODAY = date(2026, 11, 25)
VIEW = """
from flask import Flask, abort, g, request
app = Flask(__name__)

@app.before_request
def check():
    {hook}

@app.post("/orders")
def order():
    {body}
    return {{"ok": True}}
"""
REVISION = """
revision = "b2"
down_revision = None
from alembic import op
def upgrade():
    {up}
def downgrade():
    pass
"""


def view(body="count = request.json['count']", hook="pass"):
    return {"app.py": VIEW.format(body=body, hook=hook)}


def revision(up):
    return {"migrations/versions/b2_x.py": REVISION.format(up=up)}


CASES = {
    "a local variable has another name": (
        view(),
        view("count = request.json['count'] * 2"),
        view("total = request.json['count'] * 2"),
        view("count = request.json['count'] * 3"),
    ),
    "layout, comments and quotes": (
        view(),
        view("count = request.json['count'] * 2"),
        view('# why\n    count = (\n        request.json["count"]\n        * 2\n    )'),
        view("count = 2 + request.json['count']"),
    ),
    "a text with values in it": (
        view(),
        view("count = f\"{request.json['count']}x\""),
        view("count = '{}x'.format(request.json['count'])"),
        view("count = f\"{request.json['count']}y\""),
    ),
    "a hook": (
        view(hook="if not g.user:\n        abort(403)"),
        view(hook="user = g.user\n    if not user.ok:\n        abort(403)"),
        view(hook="who = g.user\n    if not who.ok:  # nobody\n        abort(403)"),
        view(hook="user = g.user\n    if user.ok:\n        abort(403)"),
    ),
    "a container file": (
        {"Dockerfile": "FROM python:3.12\nUSER app\n"},
        {"Dockerfile": "FROM python:3.12\nUSER root\n"},
        {"Dockerfile": "FROM python:3.12\n\n# for now\nUSER   root\n"},
        {"Dockerfile": "FROM python:3.13\nUSER root\n"},
    ),
    "a statement": (
        {},
        revision("op.execute(\"DELETE FROM orders WHERE state = 'Lost'\")"),
        revision('op.execute(\n        "delete from orders "\n        " where state = \'Lost\'")'),
        revision("op.execute(\"DELETE FROM orders WHERE state = 'lost'\")"),
    ),
    "a variable of a revision": (
        {},
        revision('table = "orders"\n    op.drop_column(table, "total")'),
        revision('name = "orders"\n    op.drop_column(\n        name, "total"\n    )'),
        revision('table = "orders"\n    op.drop_column(table, "total")\n    op.drop_column(table, "tax")'),
    ),
}


def marks(old, new):
    """The fingerprints of what has to be accepted; a revision's own text is what a missing way back is about."""
    found = judge_files(old, {path: textwrap.dedent(text) for path, text in new.items()}, today=TODAY)
    return {each.fingerprint for each in found if each.verdict > Verdict.SAFE and each.rule != "downgrade-missing"}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_another_layout_is_the_same_difference_and_another_meaning_is_not(case):
    old, new, laid_out_otherwise, meant_otherwise = case

    accepted = marks(old, new)

    assert accepted
    assert marks(old, laid_out_otherwise) == accepted
    assert marks(old, meant_otherwise) != accepted
