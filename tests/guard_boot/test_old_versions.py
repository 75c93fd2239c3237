"""Projects on the oldest libraries that the guard knows, which `make compat` installs apart to start one project on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from beastmode_tools.guard.anonymous.proof import call_anonymously
from beastmode_tools.guard.application.read import read_application
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("BEAST_COMPAT"), reason="installs old versions: `make compat` runs it"),
]

VERSIONS = {
    "flask 2.1": (
        "3.8",
        [
            "Flask==2.1.3",
            "Werkzeug<2.2",
            "SQLAlchemy==1.4.54",
            "Flask-SQLAlchemy==2.5.1",
            "Flask-Migrate==3.1.0",
            "marshmallow<3.20",
        ],
    ),
    "flask 2.3": (
        "3.10",
        [
            "Flask==2.3.3",
            "Werkzeug<3",
            "SQLAlchemy==2.0.36",
            "Flask-SQLAlchemy==3.0.5",
            "Flask-Migrate==4.0.7",
            "marshmallow<3.22",
        ],
    ),
}

APP = """
import os
from functools import wraps
from flask import Blueprint, Flask, abort, jsonify, request
from flask_migrate import Migrate, upgrade
from flask_sqlalchemy import SQLAlchemy
from marshmallow import Schema, fields, validate

db = SQLAlchemy()
migrate = Migrate()
shop = Blueprint("shop", __name__, url_prefix="/shop")


class Thing(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False, server_default="x")
    owner_id = db.Column(db.Integer, db.ForeignKey("owner.id"))


class Owner(db.Model):
    id = db.Column(db.Integer, primary_key=True)


class ThingSchema(Schema):
    id = fields.Integer(dump_only=True)
    name = fields.String(required=True, validate=validate.Length(max=80))


def login_required(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if "Authorization" not in request.headers:
            abort(401)
        return view(*args, **kwargs)

    return inner


@shop.route("/things/<int:thing_id>", methods=["GET"])
def thing(thing_id):
    return jsonify({"id": Thing.query.get_or_404(thing_id).id})


@shop.route("/things", methods=["POST"])
@login_required
def add():
    data = ThingSchema().load(request.get_json())
    return jsonify(ThingSchema().dump(data)), 201


@shop.before_request
def count():
    pass


@shop.app_errorhandler(404)
def missing(error):
    return jsonify(error="missing"), 404


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql://shop:password@production/shop"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 3, "connect_args": {"sslmode": "require"}}
    app.config["PAYMENT_KEY"] = os.environ["PAYMENT_KEY"]
    db.init_app(app)
    migrate.init_app(app, db)
    app.register_blueprint(shop)
    with app.app_context():
        upgrade()
        Thing.query.all()
    return app
"""


@pytest.fixture(scope="module", params=sorted(VERSIONS))
def python(request, tmp_path_factory):
    """An interpreter with old libraries."""
    wanted, requirements = VERSIONS[request.param]
    folder = tmp_path_factory.mktemp("old")
    subprocess.run([interpreter(wanted), "-m", "venv", folder / "venv"], check=True)
    installed = folder / "venv" / "bin" / "python"
    subprocess.run(
        [installed, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements], check=True
    )
    return installed


def interpreter(version):
    """A Python of this version where there is one, else the one that runs the tests."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python"))]
    for one in filter(None, found):
        if subprocess.run([one, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0:
            return one
    return sys.executable


@pytest.fixture
def project(python, tmp_path):
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    return Side("work", tmp_path, tmp_path), Project(tmp_path, tmp_path, python, None, None)


def test_an_application_on_old_libraries_is_read_whole(project):
    application = read_application(*project)

    assert {route.path: route.view.path for route in application.routes} == {
        "/shop/things/<int:thing_id>": "app.py",
        "/shop/things": "app.py",
    }
    assert {route.path for route in application.routes if "login_required" in route.view.decorators} == {"/shop/things"}
    assert {one.name for one in application.mapped} == {"Thing", "Owner"}
    assert application.tables["thing"]["columns"]["name"]["server_default"] == "x"
    assert [one.function.name for one in application.hooks if one.function.path] == ["count"]
    assert [one.error for one in application.error_handlers] == ["404"]
    assert application.invented == ("PAYMENT_KEY",)
    assert any("flask_migrate.upgrade" in one for one in application.boot_migrates)
    operation = application.contract["paths"]["/shop/things"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/ThingSchema.load"
    }
    assert application.contract["components"]["schemas"]["ThingSchema.load"]["properties"]["name"]["maxLength"] == 80
    assert operation["security"] == [{"sign-in": ["login_required"]}]
    assert not [note for note in application.notes if "could not be read" in note]


def test_an_application_on_old_libraries_is_called_as_nobody(project):
    called = call_anonymously(*project, None)

    assert {one.operation: one.status for one in called.answers} == {
        "GET /shop/things/<int:thing_id>": 404,
        "POST /shop/things": 401,
    }
