"""What is read of an application that has started, besides its contract."""

import pytest

from beastmode_tools.guard.application.read import read_application

APP = """
import os, secrets
from datetime import timedelta
from functools import wraps
from flask import Blueprint, Flask, abort, request
from flask.views import MethodView, View
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
bp = Blueprint("shop", __name__, url_prefix="/shop")


def login_required(view):
    @wraps(view)
    def inner(*args, **kwargs):
        return view(*args, **kwargs)
    return inner


def limit(words):
    return lambda view: view


def timed(view):
    def inner(*args, **kwargs):
        return view(*args, **kwargs)
    return inner


@bp.get("/a/<int(min=2):number>")
@login_required
@limit("5/minute")
def a(number):
    return {}


class Things(MethodView):
    decorators = [login_required]

    def get(self):
        return {}

    @limit("1/day")
    def post(self):
        return {}


class Page(View):
    def dispatch_request(self):
        return ""


bp.add_url_rule("/things", view_func=Things.as_view("things"))
bp.add_url_rule("/page", view_func=Page.as_view("page"), methods=["GET", "POST"])


def hidden():
    return {}


bp.add_url_rule("/wrapped", "wrapped", login_required(hidden))
bp.add_url_rule("/timed", "timed", timed(hidden))


@bp.before_app_request
def first():
    pass


@bp.after_request
def last(response):
    return response


@bp.errorhandler(ValueError)
def wrong(error):
    return "", 400


class Author(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(20), nullable=False, default="nobody", server_default="x", index=True)


app = Flask(__name__)
app.config.update(
    SQLALCHEMY_DATABASE_URI="sqlite:///shop.db",
    SECRET_KEY="a literal one",
    API_TOKEN=secrets.token_hex(),
    MAIL_PASSWORD=os.environ.get("MAIL_PASSWORD"),
    JWT_TOKEN_LOCATION="headers",
    JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=15),
    STRIPE="sk_live_" + "abc" * 5,
    BROKER="amqp://user:password@rabbit/",
    NESTED={"password": "inner", "host": "h"},
    BINARY=b"bytes",
    PLACE=os.path.abspath("uploads"),
    WORDS={"b", "a"},
    CALL=len,
)
db.init_app(app)
app.register_blueprint(bp)


@app.cli.command("grow")
def grow():
    pass
"""


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    import sys
    from pathlib import Path

    from beastmode_tools.project import GuardSettings, Project
    from beastmode_tools.source.sides import Side

    folder = tmp_path_factory.mktemp("facts")
    (folder / "app.py").write_text(APP)
    settings = GuardSettings(environment={"MAIL_PASSWORD": "from outside"})
    return read_application(
        Side("work", folder, folder), Project(folder, folder, Path(sys.executable), None, None, settings)
    )


def route(application, path):
    return next(one for one in application.routes if one.path == path)


def test_a_view_is_named_below_its_decorators_with_the_line_of_its_def(application):
    view = route(application, "/shop/a/<int(min=2):number>").view

    assert (view.module, view.name, view.path) == ("app", "a", "app.py")
    assert APP.splitlines()[view.line - 1].startswith("def a(")
    assert view.decorators[1:] == ("login_required", "limit('5/minute')")


def test_decorators_of_a_class_stand_on_each_of_its_methods(application):
    things = route(application, "/shop/things")

    assert {method: one.name for method, one in things.handlers.items()} == {"GET": "Things.get", "POST": "Things.post"}
    assert things.handlers["GET"].decorators == ("login_required",)
    assert things.handlers["POST"].decorators == ("limit('1/day')", "login_required")
    assert route(application, "/shop/page").handlers["POST"].name == "Page.dispatch_request"


def test_wrappers_that_were_put_around_a_view_elsewhere_are_told(application):
    assert route(application, "/shop/wrapped").view.decorators == ("login_required",)
    assert route(application, "/shop/timed").view.name == "hidden"
    assert route(application, "/shop/timed").view.decorators == ("timed",)


def test_converters_blueprint_and_methods_of_a_route_are_told(application):
    a = route(application, "/shop/a/<int(min=2):number>")

    assert (a.converters, a.blueprint, a.methods, a.endpoint) == ({"number": "int(min=2)"}, "shop", ("GET",), "shop.a")


def test_no_secret_leaves_the_probe_in_clear(application):
    text = repr(application.settings)

    for secret in ("a literal one", "from outside", "sk_live_", "user:password", "inner", "bytes"):
        assert secret not in text


def test_a_literal_secret_is_told_from_one_of_the_environment(application):
    settings = application.settings

    assert settings["SECRET_KEY"]["literal"] is True
    assert settings["MAIL_PASSWORD"]["literal"] is False
    assert settings["API_TOKEN"]["literal"] is False
    assert settings["MAIL_PASSWORD"]["length"] == len("from outside")


def test_other_settings_are_told_the_same_way_in_every_folder(application):
    settings = application.settings

    assert settings["JWT_TOKEN_LOCATION"] == "headers"
    assert settings["JWT_ACCESS_TOKEN_EXPIRES"] == "timedelta(900 seconds)"
    assert settings["NESTED"]["host"] == "h"
    assert settings["PLACE"] == "<project>/uploads"
    assert settings["WORDS"] == ["a", "b"]
    assert settings["CALL"] == "builtins.len"


def test_hooks_and_error_handlers_are_told_with_their_functions(application):
    hooks = {(one.kind, one.blueprint, one.function.name) for one in application.hooks if one.function.path}

    assert hooks == {("before_request", None, "first"), ("after_request", "shop", "last")}
    assert [(one.blueprint, one.error, one.function.name) for one in application.error_handlers] == [
        ("shop", "builtins.ValueError", "wrong")
    ]


def test_models_and_commands_are_told(application):
    column = application.tables["author"]["columns"]["name"]

    assert column == {
        "type": "String(length=20)",
        "nullable": False,
        "default": "nobody",
        "server_default": "x",
        "primary_key": False,
    }
    assert application.tables["author"]["indexes"] == ["ix_author_name(author.name)"]
    assert [(one.name, one.table, one.columns) for one in application.mapped] == [("Author", "author", ("id", "name"))]
    assert application.commands == ("grow",)
    assert [one.name for one in application.jobs] == ["grow"]
