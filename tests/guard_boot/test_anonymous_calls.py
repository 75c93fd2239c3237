"""What anonymous callers get on both sides, by calling every route."""

import sqlite3
import sys
from pathlib import Path

import pytest

from beastmode_tools.guard.anonymous.proof import call_anonymously, prove_anonymous
from beastmode_tools.guard.anonymous.rules import RULES
from beastmode_tools.guard.databases.scratch import Database
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import judge
from beastmode_tools.project import GuardSettings, Project
from beastmode_tools.source.sides import Side

HEAD = """
import time, urllib.request
from functools import wraps
from flask import Flask, Response, abort, jsonify, redirect, request, url_for
app = Flask(__name__)
app.secret_key = "x"

def login_required(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if "Authorization" not in request.headers:
            abort(401)
        return view(*args, **kwargs)
    return inner
"""
OPEN = '@app.{1}("{0}")\ndef {2}(**kwargs):\n    {3}\n'


def view(path, method="get", body="return {}", guarded=False):
    name = "v_" + "".join(letter if letter.isalnum() else "_" for letter in path + method)
    text = OPEN.format(path, method, name, body)
    return text.replace("\ndef", "\n@login_required\ndef") if guarded else text


@pytest.fixture
def prove(tmp_path):
    """Finds what changed between two texts of an application."""

    def run(old, new, *, seconds=60.0):
        sides = []
        for name, text in (("base", old), ("work", new)):
            folder = tmp_path / name
            folder.mkdir()
            (folder / "app.py").write_text(HEAD + text)
            sides.append(Side(name, folder, folder))
        settings = GuardSettings(timeout=seconds)
        project = Project(tmp_path, tmp_path, Path(sys.executable), None, None, settings)
        proved = prove_anonymous(*sides, project, (None, None), progress=lambda _: None)
        findings = sorted(judge(RULES, proved.changes), key=lambda one: one.rule)
        return [(one.rule, one.verdict.name, one.where) for one in findings], proved, findings

    return run


def test_a_lost_check_is_proved_by_calling_the_route(prove):
    old = view("/users/<int:n>", guarded=True) + view("/users", "post", guarded=True) + view("/open")

    found, _, findings = prove(old, old.replace("@login_required\n", ""))

    assert found == [
        ("anonymous-may-call", "DANGEROUS", "GET /users/<int:n>"),
        ("anonymous-may-call", "DANGEROUS", "POST /users"),
    ]
    assert findings[0].evidence.kind == "proved"
    assert findings[0].evidence.detail == "called without credentials: 401 before, 200 now"
    assert findings[0].fingerprint != findings[1].fingerprint


def test_a_check_that_is_written_otherwise_but_holds_is_no_finding(prove):
    hook = (
        "@app.before_request\ndef check():\n"
        '    if request.path != "/open" and "Authorization" not in request.headers:\n        abort(401)\n'
    )
    routes = view("/users", guarded=True) + view("/open")

    found, proved, _ = prove(routes, routes.replace("@login_required\n", "") + hook)

    assert found == []
    assert proved.calls == 2


def test_a_check_that_is_new_is_dangerous_for_clients(prove):
    found, _, _ = prove(view("/a") + view("/b/<n>"), view("/a", guarded=True) + view("/b/<name>"))

    assert found == [("anonymous-may-no-longer-call", "DANGEROUS", "GET /a")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("return redirect('/login?next=/a')", "return 'secret'", ("anonymous-may-call", "DANGEROUS")),
        ("return 'text'", "return redirect('/auth/signin')", ("anonymous-may-no-longer-call", "DANGEROUS")),
        ("return 'text'", "raise ValueError('no')", ("anonymous-call-fails", "DANGEROUS")),
        ("abort(404)", "raise ValueError('no')", ("anonymous-call-fails", "CAUTIOUS")),
        ("abort(403)", "abort(401)", ("anonymous-call-answered-otherwise", "CAUTIOUS")),
        ("abort(403)", "abort(404)", ("anonymous-may-call", "CAUTIOUS")),
        ("return 'text'", "return 'text', 202", ("anonymous-call-answered-otherwise", "CAUTIOUS")),
        ("raise ValueError('no')", "return 'text'", ("anonymous-call-answered-otherwise", "SAFE")),
    ],
)
def test_each_kind_of_answer_is_judged(prove, old, new, expected):
    found, _, findings = prove(view("/a", body=old), view("/a", body=new))

    assert [one[:2] for one in found] == [expected]
    if "ValueError" in new:
        assert "ValueError: no" in findings[0].evidence.detail


def test_a_route_without_an_answer_does_not_keep_the_others(prove):
    slow = view("/hangs", body="time.sleep(60)")
    stream = view("/events", body="return Response((str(n) for n in iter(int, 1)), mimetype='text/event-stream')")

    found, proved, _ = prove(slow + stream + view("/a"), slow + stream + view("/a", body="abort(500)"))

    assert [one[0] for one in found] == ["anonymous-call-fails"]
    assert any("GET /hangs" in sentence for sentence in proved.not_proven)


def test_what_needs_the_network_is_not_blamed_on_the_change(prove):
    new = view("/a", body="return urllib.request.urlopen('http://pay.example').read()")

    found, proved, _ = prove(view("/a"), new)

    assert found == []
    assert any("GET /a" in sentence for sentence in proved.not_proven)


def test_a_new_route_that_anybody_may_change_things_with_stands_out_among_guarded_ones(prove):
    guarded = "".join(view(f"/{name}", "post", guarded=True) for name in ("a", "b", "c"))

    found, _, _ = prove(guarded, guarded + view("/d", "delete") + view("/e"))

    assert found == [("new-route-open", "SAFE", "GET /e"), ("new-route-open", "CAUTIOUS", "DELETE /d")]


def test_headers_cookies_and_foreign_origins_are_compared(prove):
    after = """
@app.after_request
def after(response):
    response.headers["X-Frame-Options"] = "DENY"
    response.set_cookie("sid", "1", secure=True, httponly=True, samesite="Lax")
    return response
"""
    weaker = (
        after.replace('    response.headers["X-Frame-Options"] = "DENY"\n', "").replace("httponly=True, ", "")
        + """
@app.after_request
def cors(response):
    if "Origin" in request.headers:
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Allow-Credentials"] = "true"
    return response
"""
    )

    found, _, _ = prove(after + view("/a"), weaker + view("/a"))

    assert [one[:2] for one in found] == [
        ("cookie-flag-lost", "DANGEROUS"),
        ("foreign-origin-allowed", "DANGEROUS"),
        ("security-header-lost", "CAUTIOUS"),
    ]


def test_a_csrf_check_that_is_lost_is_found(prove):
    check = "if 'token' not in request.form: return 'The CSRF token is missing.', 400\n    "

    found, _, _ = prove(view("/pay", "post", check + "return {}"), view("/pay", "post", "return {}"))

    assert found == [("csrf-check-lost", "DANGEROUS", "POST /pay")]


def test_one_calls_traces_are_not_another_ones_answer(tmp_path):
    database = tmp_path / "scratch.db"
    own = sqlite3.connect(database)
    own.executescript("create table things (id integer); insert into things values (1);")
    own.close()
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text(
        HEAD
        + "from sqlalchemy import create_engine, text\nengine = create_engine('postgresql://u:p@production/shop')\n"
        + "@app.put('/things')\ndef put():\n    with engine.begin() as c:\n"
        + "        return {}, 200 if c.execute(text('select count(*) from things')).scalar() else 404\n"
        + "@app.delete('/all')\ndef everything():\n    with engine.begin() as c:\n"
        + "        c.execute(text('delete from things'))\n    return {}\n"
    )
    side = Side("work", folder, folder)
    project = Project(folder, folder, Path(sys.executable), None, None)

    called = call_anonymously(side, project, Database("sqlite", f"sqlite:///{database}"))

    assert {one.operation: one.status for one in called.answers} == {"DELETE /all": 200, "PUT /things": 200}


def test_without_a_database_the_tables_that_can_be_are_made_from_the_models(tmp_path):
    (tmp_path / "app.py").write_text(
        HEAD
        + "from flask_sqlalchemy import SQLAlchemy\napp.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///own.db'\n"
        + "db = SQLAlchemy(app)\nclass Thing(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n"
        + "from sqlalchemy.dialects.postgresql import ARRAY, JSONB\nclass Odd(db.Model):\n"
        + "    id = db.Column(db.Integer, primary_key=True)\n    data = db.Column(JSONB)\n"
        + "    words = db.Column(ARRAY(db.Text))\n"
        + "class Impossible(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n"
        + "    twice = db.Column(db.Integer, db.CheckConstraint('id @> ARRAY[1]'))\n"
        + view("/things", body="return {'count': db.session.query(Thing).count() + db.session.query(Odd).count()}")
    )
    side = Side("work", tmp_path, tmp_path)

    called = call_anonymously(side, Project(tmp_path, tmp_path, Path(sys.executable), None, None), None)

    assert [one.status for one in called.answers] == [200]


def test_a_side_that_does_not_start_is_told_as_not_proven(prove):
    found, proved, _ = prove(view("/a"), "import nothing_of_this_name\n")

    assert found == []
    assert "nothing_of_this_name" in proved.not_proven[0]


def test_verdicts_are_those_that_the_words_say():
    assert [one.verdict for one in RULES if one.name in ("anonymous-may-call", "csrf-check-lost")] == [
        Verdict.DANGEROUS
    ] * 2
