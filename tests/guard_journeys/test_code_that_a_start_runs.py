"""Code that assembles the application has been run once both sides have started."""

import pytest

APP = """
from flask import Flask

from shop import bills


def create_app():
    app = Flask(__name__)
    register_blueprints(app)
    return app


def register_blueprints(app):
    app.register_blueprint(bills.blueprint)


def installed(app):
    app.extensions["bills"] = 1


def rate():
    return 2
"""
BILLS = """
from flask import Blueprint

blueprint = Blueprint("bills", __name__)
mail = Blueprint("mail", __name__)


@blueprint.get("/bills")
def all_bills():
    return []
"""


@pytest.fixture
def shop(new_project, tmp_path):
    (tmp_path / "empty").mkdir()
    return new_project(tmp_path / "empty", {"shop/__init__.py": APP, "shop/bills.py": BILLS})


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("shop/__init__.py", "bills.blueprint)", "bills.blueprint)\n    app.jinja_env.trim_blocks = True", "SAFE"),
        ("shop/bills.py", "\n\n\n@blueprint.get", "\nprint(mail)\n\n\n@blueprint.get", "SAFE"),
        ("shop/__init__.py", '["bills"] = 1', '["bills"] = 2', "CAUTIOUS"),
        ("shop/__init__.py", "return 2", "return 3", "CAUTIOUS"),
    ],
    ids=["a function that the factory calls", "a module's own code", "a function that nothing called", "another one"],
)
def test_only_what_the_start_ran_is_safe(shop, file, old, new, expected):
    text = (shop.folder / file).read_text()
    assert old in text
    (shop.folder / file).write_text(text.replace(old, new))

    answer = shop.check("--no-proofs")

    assert answer["verdict"] == expected, answer["findings"]
