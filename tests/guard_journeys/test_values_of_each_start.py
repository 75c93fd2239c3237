"""What an application makes anew at each start is no change, and hides none."""

import json
import textwrap

import pytest

APP = """
    import os, random, secrets, time, uuid
    from flask import Flask, jsonify
    from flask_smorest import Api, Blueprint
    from marshmallow import Schema, fields

    WORDS = {"red", "green", "blue", "black", "white"}

    class Item(Schema):
        name = fields.String(load_default=lambda: "x", metadata={"example": "%(example)s"})
        code = fields.String(load_default=uuid.uuid4().hex)

    def create_app():
        app = Flask(__name__)
        app.config.update(
            API_TITLE="Shop", API_VERSION="v1", OPENAPI_VERSION="3.0.3",
            SECRET_KEY=%(key)s,
            STARTED=time.time(),
            PROCESS=os.getpid(),
            WORDS=list(WORDS),
            NESTED={"id": str(uuid.uuid4()), "limit": %(limit)s, "many": [random.random(), %(limit)s]},
        )
        api = Api(app)
        items = Blueprint("items", __name__)

        @items.post("/items")
        @items.arguments(Item)
        def add(item):
            return jsonify(ok=True)

        app.add_url_rule("/" + secrets.token_hex(4) + "/admin", "admin", lambda: "")
        api.register_blueprint(items)
        return app
"""
TOSSED = """
    import pathlib, secrets
    from flask import Flask

    HERE = pathlib.Path(__file__).parent
    COUNT = HERE / "starts"  # stays in the copy of a side from one start to the next

    def create_app():
        app = Flask(__name__)
        start = len(COUNT.read_text()) if COUNT.exists() else 0
        COUNT.write_text("." * (start + 1))
        secrets.token_bytes(1)
        tosses = %(new)r if (HERE / "more.py").exists() else %(old)r
        app.config["WORD"] = {"a": "apple", "b": "pear"}[tosses[start]]
        return app
"""
RANDOM = {"key": "secrets.token_hex(32)", "limit": 1, "example": "one"}
FIXED = RANDOM | {"key": '"0123456789abcdef-of-the-shop"'}


@pytest.fixture
def shop(tmp_path, new_project):
    """A project that was committed with some values."""

    def make(**values):
        folder = tmp_path / "shop"
        folder.mkdir()
        (folder / "app.py").write_text(textwrap.dedent(APP % values))
        return new_project(folder)

    return make


def changed(project, values, *more):
    """What is found once the values are these."""
    text = textwrap.dedent(APP % values) + "".join(more)
    project.write({"app.py": text})
    found = project.check("--no-proofs", "--all")
    assert "does-not-start" not in json.dumps(found)
    return [each for each in found["findings"] if each["verdict"] != "SAFE"]


def test_what_is_made_at_each_start_is_no_change(shop):
    found = changed(shop(**RANDOM), RANDOM, "LIMITED = {}\n")

    assert [each["rule"] for each in found if "app.config" in each["where"] or "/" in each["where"]] == []


def test_a_change_beside_such_values_is_told(shop):
    found = changed(shop(**RANDOM), RANDOM | {"limit": 2})

    assert any("'limit': 1" in each["problem"] and "'limit': 2" in each["problem"] for each in found)


@pytest.mark.parametrize(("before", "after"), [(FIXED, RANDOM), (RANDOM, FIXED)], ids=["loses", "gets"])
def test_a_key_that_becomes_random_is_a_change(shop, before, after):
    found = changed(shop(**before), after)

    (told,) = [each for each in found if each["rule"] == "setting-changed" and "SECRET_KEY" in each["problem"]]
    assert told["verdict"] == "DANGEROUS"
    assert "0123456789abcdef" not in json.dumps(found)


@pytest.mark.parametrize(
    ("tosses", "starts", "told"),
    [
        (("aaaaab", "bbbbba"), 6, []),
        (("abaaaaaaaaba", "bbbbbbbbbbbb"), 12, ["WORD was another value at each start and is now 'pear'"]),
    ],
    ids=["tossed", "fixed"],
)
def test_a_toss_that_falls_alike_at_some_starts_is_told_from_a_value_that_stays(
    tmp_path, new_project, tosses, starts, told
):
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "app.py").write_text(textwrap.dedent(TOSSED % dict(zip(("old", "new"), tosses, strict=True))))
    project = new_project(folder)
    project.write({"more.py": "MORE = 1\n"})

    done = project.beast("check", *project.python, "--no-proofs", "--format", "json")

    found = json.loads(done.stdout)["findings"]
    assert [each["problem"] for each in found if each["where"].startswith("app.config")] == told
    assert done.stderr.count("starting both sides once more") == starts - 1
