"""No report, no line of progress and nothing that is remembered repeats a secret of the project."""

import pytest

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
