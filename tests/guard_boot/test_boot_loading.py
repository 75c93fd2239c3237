"""The application is found where people put it."""

import pytest

from beastmode_tools.errors import ProbeFailed

APP = "from flask import Flask\napp = Flask(__name__)\n@app.get('/found')\ndef found(): return ''\n"
FACTORY = """
from flask import Flask
def create_app({0}):
    app = Flask(__name__)
    app.add_url_rule('/found', 'found', lambda: '')
    {1}
    return {2}
"""


def factory(parameters="", body="pass", result="app"):
    return FACTORY.format(parameters, body, result)


@pytest.mark.parametrize(
    ("files", "app"),
    [
        ({"app.py": APP}, None),
        ({"wsgi.py": "from shop import create_app\napplication = create_app()\n", "shop/__init__.py": factory()}, None),
        ({"shop/__init__.py": factory()}, None),
        ({"src/shop/__init__.py": "", "src/shop/app.py": factory()}, None),
        ({"src/shop/__init__.py": "from .factory import create_app\n", "src/shop/factory.py": factory()}, None),
        ({"main.py": "import sys\nassert len(sys.argv) == 1\n" + APP}, None),
        ({"server.py": APP.replace("app", "web")}, None),
        ({".flaskenv": "FLASK_APP=odd.place:make\n", "odd/place.py": factory().replace("create_app", "make")}, None),
        ({"Procfile": "web: gunicorn 'odd.start:create_app()' -w 4\n", "odd/start.py": factory()}, None),
        ({"odd/place.py": APP}, "odd/place.py"),
        ({"odd/__init__.py": "", "odd/place.py": APP}, "odd.place"),
        ({"odd.py": factory("name, debug=False")}, "odd:create_app('x', debug=True)"),
        ({"odd.py": factory()}, "odd:create_app"),
        ({"odd.py": factory()}, "odd:create_app()"),
        ({"app.py": factory("config_name", "{'development': 1, 'production': 2}[config_name]")}, None),
        ({"app.py": factory("config", "app.config.from_mapping(config)")}, None),
        ({"app.py": factory(result="(app, object())")}, None),
        (
            {
                "app.py": "class Wrapper:\n    def __init__(self, app): self.app = app\n"
                + factory(result="Wrapper(app)")
            },
            None,
        ),
        ({"run.py": APP + "app.run()\n"}, None),
        ({"app.py": APP + "if __name__ == '__main__':\n    app.run()\n", "tests/__init__.py": factory()}, None),
        ({"notes.py": factory("config=None")}, None),
        (
            {
                "notes.py": factory(),
                "seed.py": "from notes import create_app\napp = create_app()\nraise SystemExit\n",
                "conftest.py": "from flask import Flask\napp = Flask(__name__)\n",
                "test_notes.py": APP,
            },
            None,
        ),
        ({"src/shop.py": APP}, None),
        (
            {".env": "export FLASK_APP='odd.place:make'\n", "odd/place.py": factory().replace("create_app", "make")},
            None,
        ),
        ({"app/__init__.py": factory(), "run.py": "from app import create_app\napp = create_app()\n"}, None),
    ],
)
def test_an_application_is_found_where_people_put_it(boot, files, app):
    application = boot(files, app=app)

    assert "/found" in {route.path for route in application.routes}


def test_a_factory_that_takes_a_class_of_settings_gets_one(boot):
    application = boot(
        {
            "app.py": "from config import ProductionConfig, TestConfig\n"
            + factory("config", "app.config.from_object(config)"),
            "config.py": "class TestConfig:\n    WHICH = 'test'\nclass ProductionConfig:\n    WHICH = 'production'\n",
        }
    )

    assert application.settings["WHICH"] == "production"
    assert any("ProductionConfig" in note for note in application.notes)


def test_a_project_that_asks_flask_for_its_application_gets_the_one_that_was_found(boot):
    application = boot(
        {"notes.py": FACTORY.format("", "app.config['TOLD'] = __import__('os').environ['FLASK_APP']", "app")}
    )

    assert application.settings["TOLD"] == "notes:create_app"
    assert application.invented == ()


@pytest.mark.parametrize(
    ("files", "app"),
    [
        ({"core/admin/shop/__init__.py": FACTORY.format("", "", "app")}, "core/admin/shop:create_app"),
        ({"backend/app.py": "from flask import Flask\napp = Flask(__name__)\n", "docs/conf.py": ""}, "backend/app.py"),
        (
            {
                "a/app.py": "raise SystemError\nfrom flask import Flask\napp = Flask(__name__)\n",
                "b/app.py": "from flask import Flask\napp = Flask(__name__)\n",
                "b/migrations/env.py": "",
            },
            "b/app.py",
        ),
    ],
    ids=["a package", "a module", "beside the migrations"],
)
def test_an_application_deep_in_a_repository_is_found(boot, files, app):
    assert boot(files).notes[0] == f"the application is {app}"


def test_which_of_two_modules_it_is_has_to_be_said(boot):
    with pytest.raises(ProbeFailed, match=r"several things could be the application: mail:app, notes:app\. Name one"):
        boot({"mail.py": APP, "notes.py": APP})


def test_no_application_is_made_up(boot):
    with pytest.raises(ProbeFailed) as failed:
        boot({"app.py": "import os\nfrom flask.cli import ScriptInfo\napp = ScriptInfo('nowhere').load_app()\n"})

    assert "made-up" not in str(failed.value)
