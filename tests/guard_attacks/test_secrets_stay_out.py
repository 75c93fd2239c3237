"""No report, no line of progress and nothing that is remembered repeats a secret of the project."""

import json
import sys
import textwrap

import pytest
import yaml

ENDINGS = {"html": "html", "json": "json", "sarif": "sarif", "text": "txt"}
FORMATS = ["text", "json", "sarif", "github", "html"]
SECRETS = {
    "address": "hunter2-Passw0rd-ZZ",
    "old": "oldsecret-aa11bb22cc33",
    "new": "newsecret-77aa88bb99cc",
    "token": "AKIAQ7CANARYKEY12345",
    "environment": "envsecret-991188",
}
BEFORE = """
    from flask import Flask


    def create_app():
        app = Flask(__name__)
        app.config["SECRET_KEY"] = "{old}"
        app.config["STORE"] = "postgresql://bob:{address}@db.example.net/shop"
        return app
"""
AFTER = """
    import subprocess

    from flask import Flask


    def create_app():
        app = Flask(__name__)
        app.config["SECRET_KEY"] = "{new}"
        app.config["STORE"] = "postgresql://bob:{address}@new.example.net/shop"
        app.config["CLOUD"] = "{token}"
        try:
            subprocess.run(["mysql", "-p{address}"])
        except OSError:
            pass
        return app
"""
FAILS = 'raise RuntimeError("cannot sign with " + app.config["SECRET_KEY"] + " at " + app.config["STORE"])'


@pytest.mark.parametrize("ending", ["return app", FAILS], ids=["starts", "fails"])
def test_no_answer_repeats_a_secret_of_either_side(shop, ending):
    shop.write({"app.py": BEFORE.format(**SECRETS), ".env": "API_TOKEN=none\n"})
    shop.commit()
    shop.write({"app.py": AFTER.format(**SECRETS).replace("return app", ending)})
    shop.write({".env": "API_TOKEN={environment}\n".format(**SECRETS)})

    said = []
    for style in FORMATS:
        answer = shop.check("--all", "--format", style)
        assert answer.status == 1, answer.errors
        said += [answer.output, answer.errors]
    said += [path.read_text() for path in (shop.folder / ".git" / "beast").iterdir()]

    assert [name for name, secret in SECRETS.items() if any(secret in text for text in said)] == []
    assert "SECRET_KEY" in said[0], "that there is a secret is said all the same"


READS = """
    from flask import Flask

    app = Flask(__name__)
    app.config.from_pyfile("instance/shop.cfg")
"""
REPEATS = (
    READS
    + """
    raise RuntimeError(f"{app.config} cannot be used")
"""
)


def test_settings_that_git_ignores_start_the_application_and_are_never_shown(shop):
    shop.write({"app.py": READS, ".gitignore": "instance/\n"})
    shop.commit()
    shop.write({"app.py": REPEATS, "instance/shop.cfg": "LEVEL = 'a1'\nSIGNS_WITH = 'qW3eR5tY7uI9'\n"})

    answer = shop.check("--all", "--no-proofs", "--format", "json")

    assert "cannot be used" in answer.output, "the base found its settings and starts"
    assert "qW3eR5tY7uI9" not in answer.output + answer.errors


OLD = """
    openapi: 3.0.3
    info: {title: Shop, version: "1", description: "Staging signs with token=stagingtoken-4411"}
    servers: [{url: "https://bob:{address}@old.example.net/v1"}]
    paths:
      /orders:
        post:
          parameters:
            - {name: api_key, in: query, schema: {type: string, default: "{old}"}}
          requestBody:
            content:
              application/json:
                schema:
                  type: object
                  properties:
                    password: {type: string, default: "{environment}"}
                    cloud: {type: string, default: "{token}"}
                    kind: {type: string, enum: [a, b]}
          responses: {"200": {description: made}}
"""
NEW = OLD.replace("old.example", "new.example").replace("/v1", "/v2").replace('default: "{old}"', 'default: "{new}"')
NEW = NEW.replace('"{environment}"', '"{environment}x"').replace('"{token}"', '"none"').replace("[a, b]", "[a]")


def filled(text):
    """The document with its secrets, whose braces are YAML's own."""
    for name, secret in SECRETS.items():
        text = text.replace("{" + name + "}", secret)
    return textwrap.dedent(text)


def leaked(said):
    """The names of the secrets that are repeated."""
    secrets = SECRETS | {"staging": "stagingtoken-4411"}
    return [name for name, secret in secrets.items() if any(secret in text for text in said)]


@pytest.mark.parametrize("shape", ["yaml", "json"])
def test_no_comparison_of_documents_repeats_a_secret(shop, shape):
    texts = {"old": filled(OLD), "new": filled(NEW)}
    if shape == "json":  # in one line, as machines write it
        texts = {name: json.dumps(yaml.safe_load(text)) for name, text in texts.items()}
    shop.write({f"{name}.{shape}": text for name, text in texts.items()})

    said = []
    for style in FORMATS:
        more = ("--save", f"page.{ENDINGS[style]}") if style in ENDINGS else ()
        answer = shop.beast("contract", "diff", f"old.{shape}", f"new.{shape}", "--all", "--format", style, *more)
        assert answer.status == 1, answer.errors
        said += [answer.output, answer.errors, *(path.read_text() for path in shop.folder.glob("page.*"))]

    assert leaked(said) == []
    assert "api_key" in said[0], "what changed is said all the same"


def test_a_document_that_cannot_be_read_is_told_without_its_secrets(shop):
    shop.write({"old.yaml": filled(OLD), "new.yaml": filled(NEW).replace("paths:", "paths: ]")})

    answer = shop.beast("contract", "diff", "old.yaml", "new.yaml")

    assert answer.status == 2
    assert leaked([answer.output, answer.errors]) == []


PROMISES = """
    import os

    from flask import Flask
    from flask_smorest import Api, Blueprint
    from marshmallow import Schema, fields

    app = Flask(__name__)
    app.config.update(API_TITLE="Shop", API_VERSION="v1", OPENAPI_VERSION="3.0.3", API_TOKEN="{new}")
    api = Api(app, spec_kwargs=dict(servers=[dict(url="https://bob:{address}@example.net")]))


    class Login(Schema):
        password = fields.String(load_default="{old}")
        cloud = fields.String(metadata=dict(example="{token}", description="As " + app.config["API_TOKEN"]))


    logins = Blueprint("logins", __name__)


    @logins.post("/logins")
    @logins.arguments(Login)
    def login(data):
        return dict()


    api.register_blueprint(logins)
"""


def test_what_a_project_promises_is_shown_without_secrets(shop):
    shop.write({"app.py": PROMISES.format(**SECRETS)})

    answer = shop.beast("contract", "show", "--python", sys.executable)

    assert answer.status == 0, answer.errors
    assert leaked([answer.output, answer.errors]) == []
    assert "/logins" in json.loads(answer.output)["paths"]


@pytest.mark.parametrize("command", [("contract", "show"), ("prove", "--all", "--on", "sqlite")])
def test_a_command_that_fails_tells_no_secret(shop, command):
    text = BEFORE.replace("return app", FAILS).format(**SECRETS)
    env = "from app import create_app\ncreate_app()\n"
    shop.commit({"app.py": text, "migrations/env.py": env, "migrations/versions/a1.py": REVISION})

    answer = shop.beast(*command, "--python", sys.executable)

    assert "cannot sign with ***" in " ".join((answer.output + answer.errors).split())
    assert leaked([answer.output, answer.errors]) == []


REVISION = """
revision = "a1"
down_revision = None
from alembic import op
def upgrade():
    op.execute("CREATE TABLE people (id INTEGER PRIMARY KEY)")
def downgrade():
    op.execute("DROP TABLE people")
"""


def test_a_fingerprint_stays_what_it_was_when_words_are_masked(shop):
    shop.write({"app.py": BEFORE.format(**SECRETS)})
    shop.commit()
    shop.write({"app.py": AFTER.format(**SECRETS)})
    found = json.loads(shop.check("--format", "json").output)["findings"]

    for each in found:
        if each["verdict"] != "SAFE":
            assert shop.beast("accept", each["fingerprint"], "--reason", "It may.").status == 0
    again = shop.check("--format", "json")

    counting = {
        each["rule"]
        for each in json.loads(again.output)["findings"]
        if not each["accepted"] and each["verdict"] != "SAFE"
    }
    assert counting <= {"gate-changed"}, "beastmode.toml itself is a gate"
    assert leaked([again.output, (shop.folder / "beastmode.toml").read_text()]) == []


def test_a_change_of_a_module_with_a_name_of_documents_is_read_and_started(shop):
    shop.write({"app.py": "from flask import Flask\nfrom security import KEY\napp = Flask(__name__)\n"})
    shop.commit({"security.py": "KEY = None\n"})
    shop.write({"security.py": 'API_TOKEN = "{new}"\nKEY = 1 / 0\n'.format(**SECRETS)})

    found = json.loads(shop.check("--no-proofs", "--format", "json").output)["findings"]

    assert {"secret-added", "application-does-not-start"} <= {each["rule"] for each in found}
